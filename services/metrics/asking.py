"""What assignment adds to the figures, by area and never by who was asked. Pure."""

from schemas.assignment import IncidentDeclined, IncidentTaken, IncidentUnanswered, IncidentUnclaimed
from services.metrics.counting import Counter

LISTENS_TO = (IncidentTaken, IncidentDeclined, IncidentUnanswered, IncidentUnclaimed)
COUNTS = ("taken", "declined", "unanswered", "unclaimed")
Asking = IncidentTaken | IncidentDeclined | IncidentUnanswered | IncidentUnclaimed


def of(event: Asking, count: Counter) -> None:
    """What one of its events adds."""
    match event:
        case IncidentTaken():
            count.at(event.occurred_at, "taken")
            if event.assigned_at is not None:
                count.took("time_to_take", event.assigned_at, event.occurred_at)
        case IncidentDeclined():
            count.at(event.occurred_at, "declined")
        case IncidentUnanswered():
            count.at(event.occurred_at, "unanswered")
        case IncidentUnclaimed():
            count.at(event.occurred_at, "unclaimed")
