"""What counselling and support plans add to the figures: how often, never of whom. Pure."""

from schemas.care import (
    CareEvent,
    CounsellingRecorded,
    SupportPlanEnded,
    SupportPlanStarted,
    SupportPlanStepRecorded,
)
from schemas.codes import bare
from services.metrics.counting import Counter

LISTENS_TO = (CounsellingRecorded, SupportPlanStarted, SupportPlanStepRecorded, SupportPlanEnded)
COUNTS = (
    "counselling.offered", "counselling.taken", "counselling.declined", "support_plans", "support_plans_open",
    "support_steps",
)  # fmt: skip


def of(event: CareEvent, count: Counter) -> None:
    """What one of their events adds; who took or declined counselling at once was offered it as well."""
    match event:
        case CounsellingRecorded():
            if event.was is None and bare(event.counselling) != "offered":
                count.at(event.occurred_at, "counselling.offered")
            count.at(event.occurred_at, f"counselling.{bare(event.counselling)}")
        case SupportPlanStarted():
            count.at(event.occurred_at, "support_plans")
            count.at(event.occurred_at, "support_plans_open")
        case SupportPlanStepRecorded():
            count.at(event.occurred_at, "support_steps")
        case SupportPlanEnded():
            count.at(event.occurred_at, "support_plans_open", -1)
        case _:
            return
