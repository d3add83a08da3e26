"""What the later rounds of follow-up add to the figures, apart from the revisit that every resolution has. Pure."""

from schemas.followup import RoundCompleted, RoundOverdue, RoundPlanned
from services.metrics.counting import Counter

LISTENS_TO = (RoundPlanned, RoundCompleted, RoundOverdue)
COUNTS = ("rounds_planned", "rounds_done", "rounds_overdue")


def of(event: RoundPlanned | RoundCompleted | RoundOverdue, count: Counter) -> None:
    """What one of their events adds."""
    match event:
        case RoundPlanned():
            count.at(event.occurred_at, "rounds_planned")
        case RoundCompleted():
            count.at(event.occurred_at, "rounds_done")
        case RoundOverdue():
            count.at(event.occurred_at, "rounds_overdue")
