"""An incident in the books of one tier: its state, and how each event changes it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from schemas.assignment import IncidentAssigned
from schemas.base import Event, MatterState, Party, Tier
from schemas.derivation import IncidentOriginLinked
from schemas.duplicates import IncidentLinked, IncidentUnlinked
from schemas.mediation import SessionEvent
from schemas.referrals import (
    IncidentReferred,
    IncidentReturnedToSource,
    IncidentTransferred,
    Offer,
    ReferralAccepted,
    ReferralAnswered,
    ReferralEvent,
)
from schemas.routing import (
    ClockEvent,
    Entry,
    IncidentAccepted,
    IncidentClockMoved,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentOverdue,
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
    Listing,
)
from schemas.triage import IncidentTriaged
from schemas.whistles import WhistleEvent
from services.routing import assigned, listing, sessions, ties, whistles
from services.routing import away as out_of_hand
from services.routing.assigned import Assignment
from services.routing.away import Away
from services.routing.entries import entry_of
from services.routing.history import NONE, Counts, counted
from services.routing.sessions import Session
from services.routing.ties import UNTIED, Ties
from services.routing.whistles import Whistle

Status = Literal["open", "accepted", "resolved", "closed", "handed-over", "returned-to-source"]
WORKED_ON: tuple[Status, ...] = ("open", "accepted")


@dataclass(frozen=True, slots=True)
class Move:
    """Something that was done to the clock that runs, at the moment it was recorded."""

    kind: Literal["suspended", "resumed", "extended", "linked", "unlinked"]
    at: datetime
    reason: str | None = None
    approver: str | None = None
    span: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Timer:
    """A moment at which the database clock acts on an incident, and on what."""

    due_at: datetime
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(MatterState):
    """The state of an incident as one tier knows it; `owner` is the tier that must act."""

    tier: Tier
    owner: Tier
    status: Status
    parties: tuple[Party, ...]
    target_at: datetime | None
    attempt: int
    policy: str
    path: tuple[Tier, ...]
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    on_time: bool | None = None
    assignee: str | None = None
    assignment: Assignment | None = None
    """Whether the assignee has answered, and who did not take it; None where nobody was ever named."""
    handle_by: datetime | None = None
    """The handling deadline as it was promised; it stays when it has passed."""
    due_at: datetime | None = None
    """The next moment the clock acts on, and on which step."""
    due_step: Step | None = None
    provisional: bool = False
    """Whether `due_at` was counted through a year whose holidays are not known."""
    clock_from: datetime | None = None
    """Since when the present clock runs; it stays when that has run out."""
    clock_severity: str | None = None
    """The severity the present clock began with, once the incident has another."""
    moves: tuple[Move, ...] = ()
    """What was done to the present clock, in order."""
    suspended_at: datetime | None = None
    derived_from: str | None = None
    """The earlier incident it derives from (衍生)."""
    handlers: tuple[str, ...] = ()
    """Everybody it was assigned to, at whichever tier, and everybody who said that it is resolved."""
    leader: str | None = None
    """Whose case it is (领导包案)."""
    listing: Listing | None = None
    """Whether, since when and why it is supervised (挂牌督办)."""
    away: Away | None = None
    """What is with a department or a body, while this tier stays the owner."""
    referrals: int = 0
    """How often that was so; the number of the last one."""
    offer: Offer | None = None
    """Which body sent the matter here and wants to be answered."""
    ties: Ties = UNTIED
    history: tuple[Entry, ...] = ()
    """Its lines that are not written yet; those before are rows of their own."""
    lines: Counts = NONE
    """How many lines there are, fresh ones included."""
    whistles: tuple[Whistle, ...] = ()
    """Those blown at this tier."""
    whistled: int = 0
    """How many it has had at all tiers."""
    sessions: tuple[Session, ...] = ()
    """Those of joint mediation that this tier called."""
    convened: int = 0
    """How many it has had at all tiers."""

    @property
    def step(self) -> Step | None:
        """What the centre has to do next, whether or not a clock runs."""
        return {"open": "accept", "accepted": "handle"}.get(self.status)  # type: ignore[return-value] # a step or None

    @property
    def timers(self) -> tuple[Timer, ...]:
        """All moments at which the clock will act on it."""
        return tuple(Timer(at, step) for at, step in self._moments() if at is not None and step is not None)

    def _moments(self) -> Iterator[tuple[datetime | None, str | None]]:
        yield self.due_at, self.due_step
        yield self.answer_by, "answer"
        if self.listing is not None and self.status in WORKED_ON:
            yield self.listing.remind_at, "remind"
        yield from whistles.timers(self.whistles)
        yield from sessions.timers(self.sessions)
        if self.away is not None:
            yield self.away.due_at, self.away.step

    @property
    def answer_by(self) -> datetime | None:
        """When its assignee must have answered; None while it is suspended or linked, or none is waited for."""
        still = self.suspended_at is not None or self.step is None or self.linked
        return None if self.assignment is None or still else self.assignment.answer_by

    @property
    def next_due(self) -> Timer | None:
        """The next of them: the one deadline that is stored."""
        return min(self.timers, default=None)

    @property
    def in_hand_of(self) -> str | None:
        """Who has it to do, if anybody was named and there is anything to do here."""
        return self.assignee if self.step is not None and self.owned and not self.linked else None

    @property
    def linked(self) -> bool:
        """Whether it rests, because its lead is handled for it."""
        return self.ties.lead is not None and self.step is not None

    @property
    def proposed(self) -> bool:
        """Whether a person should look if it is a duplicate."""
        return bool(self.ties.proposals) and self.owned and self.step is not None and not self.linked

    @property
    def owned(self) -> bool:
        """Whether this tier is the one that must act."""
        return self.owner == self.tier


def evolve(before: Incident, event: Event, now: datetime) -> Incident:
    """The incident after one of its events; `now` is when the event was recorded."""
    entry = entry_of(before.tier, event, now)
    history, lines = (*before.history, entry), counted(before.lines, (entry,))
    tied = ties.changed(before.ties, event, now)
    changes = _changes(before, event, now) | assigned.changes(before, event, now)
    return replace(before, **changes, ties=tied, history=history, lines=lines)


def _changes(before: Incident, event: Event, now: datetime) -> dict[str, Any]:
    """The fields an event changes."""
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
            return {
                "severity": event.severity,
                "clock_severity": before.clock_severity or before.severity,
            }
        case IncidentLinked():
            rests = () if before.due_at is None else (Move("linked", now),)
            return {"moves": (*before.moves, *rests), **_due(None, None)}
        case IncidentUnlinked(due_at=due_at) if due_at is not None:
            return {"moves": (*before.moves, Move("unlinked", now)), **_until(event)}
        case IncidentOverdue():
            missed = before.away and replace(before.away, missed=True)
            return {"away": missed, **_stopped()}
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
        case IncidentListed() | IncidentReminded() | IncidentLeaderChanged() | IncidentStruckOff():
            return listing.changes(before.listing, event)
        case WhistleEvent():
            after = whistles.changed(before.whistles, event)
            return {"whistles": after, "whistled": max(before.whistled, event.whistle)}
        case SessionEvent():
            held = sessions.changed(before.sessions, event)
            return {"sessions": held, "convened": max(before.convened, event.session)}
        case IncidentReturnedToSource():
            return {"status": "returned-to-source", **_stopped()}
        case IncidentTransferred() | IncidentReferred() | ReferralEvent() | ReferralAnswered():
            taken = event.unit if isinstance(event, ReferralAccepted) and event.kind == "transfer" else None
            handlers = before.handlers if taken is None else _with(before.handlers, taken)
            return {"handlers": handlers, **out_of_hand.changes(before.away, before.offer, event)}
        case _:
            return {}


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
        "suspended_at": None,
    }
    return fresh | _due(step, event.due_at, provisional=event.provisional)


def _stopped() -> dict[str, Any]:
    return {"suspended_at": None, **_due(None, None)}


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


def _until(event: ClockEvent | IncidentUnlinked) -> dict[str, Any]:
    """A new deadline for handling is also the new promise."""
    promise = {"handle_by": event.due_at} if event.step == "handle" else {}
    return promise | _due(event.step, event.due_at, provisional=event.provisional)


def _due(step: Step | None, due_at: datetime | None, *, provisional: bool = False) -> dict[str, Any]:
    return {"due_step": step if due_at else None, "due_at": due_at, "provisional": provisional}
