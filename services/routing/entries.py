"""What the history says of an event: who, when, under which rule, and the one thing more one wants to know. Pure."""

from collections.abc import Sequence
from datetime import datetime

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.base import Actor, Event, Tier
from schemas.derivation import IncidentOriginLinked
from schemas.guesses import IncidentWaitMoved
from schemas.handoff import IncidentHandedOver
from schemas.mediation import SessionEvent
from schemas.routing import (
    Entry,
    IncidentAccepted,
    IncidentClockMoved,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentReturned,
    IncidentSuspended,
)
from schemas.supervision import IncidentLeaderChanged, IncidentListed, IncidentReminded, IncidentStruckOff
from schemas.triage import IncidentTriaged
from schemas.whistles import WhistleEvent
from services.routing import assigned, away, listing, sessions, ties, whistles

MOMENT = "%Y-%m-%dT%H:%M:%S%z"


def entry_of(tier: Tier, event: Event, now: datetime) -> Entry:
    """The line an event adds to the history of its incident at a tier."""
    actor: Actor = getattr(event, "actor")  # noqa: B009 - every event of an incident has one, the base does not say so
    occurred_at: datetime = getattr(event, "occurred_at")  # noqa: B009
    return Entry(
        event=event.type,
        tier=tier,
        occurred_at=occurred_at,
        recorded_at=now,
        actor=actor,
        detail=_detail(event),
        rule=getattr(event, "rule", None),
    )


def with_rules(entry: Entry, rules: Sequence[str]) -> Entry:
    """A line that says under which rules it is so, besides its own."""
    said = " ".join([*filter(None, [entry.detail]), *rules])
    return entry.model_copy(update={"detail": said})


def _detail(event: Event) -> str | None:
    """The one thing a reader of the history wants to know besides who and when; codes only."""
    match event:
        case IncidentAccepted() | IncidentOpened(instead_of=None):  # first: half of all lines
            return None
        case IncidentEscalated() | IncidentReturned():
            return f"{event.to_tier} {event.reason} {event.by}"
        case IncidentResolved():
            return f"{event.method} {event.outcome}"
        case IncidentOverdue():
            return event.step
        case IncidentStillOverdue():
            return f"{event.step} {event.number} {event.due_at:{MOMENT}}"
        case IncidentOpened(instead_of=str(version)):
            return f"policy-not-known {version}"
        case IncidentClosed():
            return event.outcome
        case IncidentReopened() | IncidentClockMoved():
            return event.reason
        case IncidentWaitMoved():
            return f"{event.wait} {event.was_due_at:{MOMENT}} {event.due_at:{MOMENT}}"
        case IncidentTriaged():
            return f"{event.was_severity} {event.severity} {event.reason}"
        case IncidentSuspended():
            return f"{event.reason} {event.approver}"
        case IncidentExtended():
            return f"{event.reason} {event.approver} {event.span}"
        case IncidentHandedOver():
            return event.to_tier
        case IncidentOriginLinked():
            return event.origin
        case IncidentListed() | IncidentReminded() | IncidentLeaderChanged() | IncidentStruckOff():
            return listing.detail(event)
        case WhistleEvent():
            return whistles.detail(event)
        case SessionEvent():
            return sessions.detail(event)
        case _:
            return assigned.detail(event) or away.detail(event) or ties.detail(event)
