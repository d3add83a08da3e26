"""What an event says besides, so that figures can be counted from it alone: how often, and one more or fewer overdue.

A matter is overdue from when a missed deadline was said until its step is done, it goes to other hands, or it rests
with its lead. Each event says what it changes about that in relation to those before it: what an earlier release did
not say is not taken back, and is said by the next reminder. So they always add up to one at most, and never below none.
"""

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.base import Event
from schemas.duplicates import IncidentUnlinked
from schemas.noted import LatenessEvent
from schemas.routing import IncidentAccepted, IncidentExtended, IncidentSuspended
from schemas.whistles import WhistleBlown
from services.routing.incident import Incident


def noted(incident: Incident, event: Event) -> Event:
    """The event of an incident, before it has changed that, with what only the state knows."""
    match event:
        case IncidentSuspended():
            return _times(incident, event, incident.tally.suspended)
        case IncidentExtended():
            return _times(incident, event, incident.tally.extended)
        case WhistleBlown():
            said = {"times": incident.tally.whistled + 1, "accepted_at": incident.accepted_at}
            return event.model_copy(update=said)
        case IncidentAccepted() if incident.tally.whistled:
            return _lateness(incident, event.model_copy(update={"whistled": True}))
        case LatenessEvent():
            return _lateness(incident, event)
        case _:
            return event


def _times(incident: Incident, event: IncidentSuspended | IncidentExtended, before: int) -> Event:
    return event.model_copy(update={"times": before + 1, "opened_at": incident.opened_at})


def _lateness(incident: Incident, event: LatenessEvent) -> Event:
    after = _is_overdue_after(incident, event)
    if after == incident.tally.overdue:
        return event
    return event.model_copy(update={"overdue": 1 if after else -1})


def _is_overdue_after(incident: Incident, event: LatenessEvent) -> bool:
    """What was missed before it was linked is still missed when it is a matter of its own again."""
    match event:
        case IncidentOverdue() | IncidentStillOverdue():
            return True
        case IncidentUnlinked():
            return incident.missed is not None
        case _:
            return False
