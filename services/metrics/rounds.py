"""What the later rounds of follow-up add to the figures, apart from the revisit that every resolution has. Pure."""

from collections.abc import Iterator

from schemas.followup import RoundCompleted, RoundOverdue, RoundPlanned
from services.metrics.counting import Counter, Increment

LISTENS_TO = (RoundPlanned, RoundCompleted, RoundOverdue)
COUNTS = ("rounds_planned", "rounds_done", "rounds_overdue")


def of(event: RoundPlanned | RoundCompleted | RoundOverdue, count: Counter) -> Iterator[Increment]:
    """What one of their events adds."""
    match event:
        case RoundPlanned():
            yield count.at(event.occurred_at, "rounds_planned")
        case RoundCompleted():
            yield count.at(event.occurred_at, "rounds_done")
        case RoundOverdue():
            yield count.at(event.occurred_at, "rounds_overdue")
