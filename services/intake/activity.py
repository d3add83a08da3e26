"""What may enter of activities: patrols, sessions, surveys, deliberations, by area and role. Pure."""

from datetime import datetime

from schemas.codes import UnknownCodes, complete
from schemas.inbound import ActivitySubmitted
from schemas.intake import ActivityRecorded
from services.intake.report import NotAccepted, Registry, check_area, check_time


def recorded(
    registry: Registry, activity_id: str, source: str, given: ActivitySubmitted, now: datetime
) -> ActivityRecorded:
    """The event of an activity, without whoever did it. Raises `NotAccepted`."""
    check_area(registry, given.area)
    check_time("occurred_at", given.occurred_at, now)
    try:
        codes = complete(registry.codes, {"activity": given.activity, "role": given.role})
    except UnknownCodes as error:
        raise NotAccepted("unknown-code", error.fields) from None
    return ActivityRecorded(
        activity_id=activity_id,
        source=source,
        area=given.area,
        **codes,
        occurred_at=given.occurred_at,
        minutes=given.minutes,
        attendance=given.attendance,
        raised=given.raised,
        adopted=given.adopted,
    )
