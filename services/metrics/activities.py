"""What activities add to the figures: by area, day and role, never by person. Pure."""

from datetime import tzinfo

from schemas.codes import bare
from schemas.intake import ActivityRecorded
from services.metrics.counting import Added


def done(event: ActivityRecorded, zone: tzinfo) -> Added:
    """What one activity adds; like buckets, in cells without category and channel."""
    day = event.occurred_at.astimezone(zone).date().isoformat()
    name = f"activity.{bare(event.activity)}"
    measures = {
        name: 1, f"{name}.by.{bare(event.role)}": 1, f"{name}.minutes": event.minutes,
        f"{name}.attendance": event.attendance, f"{name}.raised": event.raised, f"{name}.adopted": event.adopted,
    }  # fmt: skip
    return {(event.area, day, "", ""): {measure: by for measure, by in measures.items() if by}}
