"""How each event changes an incident: the state afterwards, and the line it adds to the history."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.assignment import IncidentAssigned
from schemas.base import Event
from schemas.derivation import IncidentOriginLinked
from schemas.duplicates import IncidentLinked, IncidentUnlinked
from schemas.guesses import IncidentWaitMoved
from schemas.mediation import SessionEvent
from schemas.referrals import (
    IncidentReferred,
    IncidentReturnedToSource,
    IncidentTransferred,
    ReferralAccepted,
    ReferralAnswered,
    ReferralEvent,
)
from schemas.routing import (
    ClockEvent,
    IncidentAccepted,
    IncidentClockMoved,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentResumed,
    IncidentReturned,
    IncidentSuspended,
    Step,
)
from schemas.supervision import (
    IncidentLeaderChanged,
    IncidentListed,
    IncidentReminded,
    IncidentStruckOff,
)
from schemas.triage import IncidentTriaged
from schemas.whistles import WhistleEvent
from services.routing import assigned, guesses, listing, missed, sessions, tallies, ties, whistles
from services.routing import away as out_of_hand
from services.routing.entries import entry_of, with_rules
from services.routing.history import counted
from services.routing.incident import Incident, Move


def evolve(before: Incident, event: Event, now: datetime) -> Incident:
    """The incident after one of its events; `now` is when the event was recorded."""
    entry = entry_of(before.tier, event, now)
    if before.triage:
        entry, before = with_rules(entry, before.triage), before.changed(triage=())
    history, lines = (*before.history, entry), counted(before.lines, (entry,))
    tied = ties.changed(before.ties, event, now)
    changes = _changes(before, event, now) | assigned.changes(before, event, now)
    changes |= tallies.changes(before.tally, event)
    return before.changed(**changes, ties=tied, history=history, lines=lines)


def _changes(before: Incident, event: Event, now: datetime) -> dict[str, Any]:
    """The fields an event changes: those of its course from report to closing, else those of its parts."""
    match event:
        case IncidentOpened():
            return _opened(event, now)
        case IncidentAccepted():
            return {"accepted_at": event.occurred_at, **_handling(event, now)}
        case IncidentAssigned():
            return {"handlers": _with(before.handlers, event.assignee)}
        case IncidentEscalated() | IncidentReturned():
            return {"status": "handed-over", "owner": event.to_tier, "away": None, **_stopped()}
        case IncidentSuspended() | IncidentResumed() | IncidentExtended() | IncidentClockMoved():
            return _moved(before, event, now)
        case IncidentTriaged():
            began_with = before.clock_severity or before.severity
            return {"severity": event.severity, "clock_severity": began_with}
        case IncidentLinked() | IncidentUnlinked():
            return _tied(before, event, now)
        case IncidentOverdue():
            out = before.away and replace(before.away, missed=True)
            return {**_stopped(), "away": out, "missed": missed.noted(before.missed, event, now)}
        case IncidentStillOverdue():
            return {"missed": missed.noted(before.missed, event, now)}
        case IncidentResolved():
            result = {"resolved_at": event.occurred_at, "on_time": event.on_time}
            handlers = _with(before.handlers, event.actor.ref)
            return {"status": "resolved", "handlers": handlers, **result, **_stopped()}
        case IncidentReopened():
            undone = {"resolved_at": None, "on_time": None, "attempt": event.attempt, "closed_at": None}
            return undone | _handling(event, now)
        case IncidentClosed():
            return {"status": "closed", "closed_at": event.occurred_at}
        case IncidentOriginLinked():
            return {"derived_from": event.origin}
        case IncidentReturnedToSource():
            return {"status": "returned-to-source", **_stopped()}
        case _:
            return _of_its_parts(before, event, now)


def _of_its_parts(before: Incident, event: Event, now: datetime) -> dict[str, Any]:
    """The fields that supervision, whistles, sessions, and what is out of hand change; the course goes on."""
    match event:
        case IncidentListed() | IncidentReminded() | IncidentLeaderChanged() | IncidentStruckOff():
            return listing.changes(before.listing, event, now)
        case IncidentWaitMoved():
            return guesses.changes(before, event)
        case WhistleEvent():
            after = whistles.changed(before.whistles, event, now)
            return {"whistles": after, "whistled": max(before.whistled, event.whistle)}
        case SessionEvent():
            held = sessions.changed(before.sessions, event, now)
            return {"sessions": held, "convened": max(before.convened, event.session)}
        case IncidentTransferred() | IncidentReferred() | ReferralEvent() | ReferralAnswered():
            taken = event.unit if isinstance(event, ReferralAccepted) and event.kind == "transfer" else None
            handlers = before.handlers if taken is None else _with(before.handlers, taken)
            out = out_of_hand.changes(before.away, before.offer, event, now)
            back = _runs_on(before, now) if out.get("away", before.away) is None else {}
            return {"handlers": handlers, **out, **back}
        case _:
            return {}


def _runs_on(before: Incident, now: datetime) -> dict[str, Any]:
    """What is overdue is said again, once nothing else is waited for."""
    return {} if before.missed is None else {"missed": before.missed.rested(now)}


def _with(handlers: tuple[str, ...], one: str) -> tuple[str, ...]:
    return handlers if one in handlers else (*handlers, one)


def _opened(event: IncidentOpened, now: datetime) -> dict[str, Any]:
    return {
        "status": "open",
        "opened_at": event.occurred_at,
        "accepted_at": None,
        "resolved_at": None,
        "on_time": None,
        "handle_by": None,
        "attempt": event.attempt,
        **_begun("accept", event, now),
    }


def _handling(event: IncidentAccepted | IncidentReopened, now: datetime) -> dict[str, Any]:
    return {"status": "accepted", "handle_by": event.due_at, **_begun("handle", event, now)}


Beginning = IncidentOpened | IncidentAccepted | IncidentReopened


def _begun(step: Step, event: Beginning, now: datetime) -> dict[str, Any]:
    """At most one clock runs; imported history has none."""
    fresh = {
        "clock_from": now if event.due_at else None,
        "clock_severity": None,
        "moves": (),
        "missed": None,
        "suspended_at": None,
    }
    return fresh | _due(step, event.due_at, provisional=event.provisional)


def _stopped() -> dict[str, Any]:
    return {"suspended_at": None, "missed": None, **_due(None, None)}


def _moved(
    before: Incident,
    event: IncidentSuspended | IncidentResumed | IncidentExtended | IncidentClockMoved,
    now: datetime,
) -> dict[str, Any]:
    """What was done to the clock is kept, so that its end can be counted again from its beginning."""
    match event:
        case IncidentSuspended():
            move = Move("suspended", now, event.reason, event.approver)
            return {"moves": (*before.moves, move), "suspended_at": now, **_due(None, None)}
        case IncidentResumed():
            moves = (*before.moves, Move("resumed", now))
            return {"moves": moves, "suspended_at": None, **_until(event)}
        case IncidentExtended():
            move = Move("extended", now, event.reason, event.approver, event.span)
            return {"moves": (*before.moves, move), **_until(event)}
        case IncidentClockMoved():
            return _until(event)


def _tied(before: Incident, event: IncidentLinked | IncidentUnlinked, now: datetime) -> dict[str, Any]:
    """Its clock rests while it waits with a lead, and runs again without one."""
    match event:
        case IncidentLinked():
            rests = () if before.due_at is None else (Move("linked", now),)
            return {"moves": (*before.moves, *rests), **_due(None, None)}
        case IncidentUnlinked(due_at=None):
            return _runs_on(before, now)
        case IncidentUnlinked():
            return {"moves": (*before.moves, Move("unlinked", now)), **_until(event)}


def _until(event: ClockEvent | IncidentUnlinked) -> dict[str, Any]:
    """A new deadline for handling is also the new promise."""
    promise = {"handle_by": event.due_at} if event.step == "handle" else {}
    return promise | _due(event.step, event.due_at, provisional=event.provisional)


def _due(step: Step | None, due_at: datetime | None, *, provisional: bool = False) -> dict[str, Any]:
    return {"due_step": step if due_at else None, "due_at": due_at, "provisional": provisional}
