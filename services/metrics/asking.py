"""What assignment adds to the figures, by area and never by who was asked. Pure."""

from collections.abc import Iterator

from schemas.assignment import IncidentDeclined, IncidentTaken, IncidentUnanswered, IncidentUnclaimed
from services.metrics.counting import Counter, Increment

LISTENS_TO = (IncidentTaken, IncidentDeclined, IncidentUnanswered, IncidentUnclaimed)
COUNTS = ("taken", "declined", "unanswered", "unclaimed")
Asking = IncidentTaken | IncidentDeclined | IncidentUnanswered | IncidentUnclaimed


def of(event: Asking, count: Counter) -> Iterator[Increment]:
    """What one of its events adds."""
    match event:
        case IncidentTaken():
            yield count.at(event.occurred_at, "taken")
            if event.assigned_at is not None:
                yield from count.took("time_to_take", event.assigned_at, event.occurred_at)
        case IncidentDeclined():
            yield count.at(event.occurred_at, "declined")
        case IncidentUnanswered():
            yield count.at(event.occurred_at, "unanswered")
        case IncidentUnclaimed():
            yield count.at(event.occurred_at, "unclaimed")
