"""What supervision and derivation add to the figures. Pure."""

from schemas.derivation import IncidentOriginLinked
from schemas.supervision import IncidentListed, IncidentReminded, IncidentStruckOff
from services.metrics.counting import Counter

LISTENS_TO = (IncidentListed, IncidentReminded, IncidentStruckOff, IncidentOriginLinked)
COUNTS = ("listed", "reminders", "struck_off", "derived")
Supervised = IncidentListed | IncidentReminded | IncidentStruckOff | IncidentOriginLinked


def of(event: Supervised, count: Counter) -> None:
    """What one of their events adds; a link that is corrected was counted when it was made."""
    match event:
        case IncidentListed():
            count.at(event.occurred_at, "listed")
        case IncidentReminded():
            count.at(event.occurred_at, "reminders")
        case IncidentStruckOff():
            count.at(event.occurred_at, "struck_off")
        case IncidentOriginLinked():
            if event.was is None:
                count.at(event.occurred_at, "derived")
