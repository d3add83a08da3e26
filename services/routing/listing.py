"""What supervision keeps of an incident, and how its events change it. Pure."""

from datetime import datetime
from typing import Any

from schemas.supervision import (
    IncidentLeaderChanged,
    IncidentListed,
    IncidentReminded,
    IncidentStruckOff,
    Listing,
    SupervisionEvent,
)


def changes(listing: Listing | None, event: SupervisionEvent, now: datetime) -> dict[str, Any]:
    """The fields an event recorded now changes. Striking off ends the listing; whose case it is stays on record."""
    match event:
        case IncidentListed():
            listed = Listing(
                listed_at=event.occurred_at,
                reason=event.reason,
                by=event.by,
                remind_at=event.remind_at,
                guess=event.guess,
                since=now if event.remind_at else None,
            )
            return {"leader": event.leader, "listing": listed}
        case IncidentReminded():
            assert listing is not None
            after = {"reminders": event.number, "remind_at": event.remind_at, "guess": event.guess}
            if event.remind_at != listing.remind_at:
                after["since"] = now
            return {"listing": listing.model_copy(update=after)}
        case IncidentLeaderChanged():
            return {"leader": event.leader}
        case IncidentStruckOff():
            return {"listing": None}


def detail(event: SupervisionEvent) -> str:
    """What the history says of it; codes and references only."""
    match event:
        case IncidentListed():
            return f"{event.leader} {event.reason} {event.by}"
        case IncidentReminded():
            return f"{event.leader} {event.number} {event.by}"
        case IncidentLeaderChanged():
            return f"{event.leader} {event.reason}"
        case IncidentStruckOff():
            return event.leader
