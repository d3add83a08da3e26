"""What supervision and derivation add to the figures. Pure."""

from collections.abc import Iterator

from schemas.derivation import IncidentOriginLinked
from schemas.supervision import IncidentListed, IncidentReminded, IncidentStruckOff
from services.metrics.counting import Counter, Increment

LISTENS_TO = (IncidentListed, IncidentReminded, IncidentStruckOff, IncidentOriginLinked)
COUNTS = ("listed", "reminders", "struck_off", "derived")
Supervised = IncidentListed | IncidentReminded | IncidentStruckOff | IncidentOriginLinked


def of(event: Supervised, count: Counter) -> Iterator[Increment]:
    """What one of their events adds; a link that is corrected was counted when it was made."""
    match event:
        case IncidentListed():
            yield count.at(event.occurred_at, "listed")
        case IncidentReminded():
            yield count.at(event.occurred_at, "reminders")
        case IncidentStruckOff():
            yield count.at(event.occurred_at, "struck_off")
        case IncidentOriginLinked():
            if event.was is None:
                yield count.at(event.occurred_at, "derived")
