"""联合调解 in the books: each session, who was called and came, and what came of it; what each event changes. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from schemas.guesses import Guess, IncidentWaitMoved
from schemas.mediation import (
    AgreementConfirmed,
    CalledBody,
    SessionAdjourned,
    SessionCalled,
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionMissed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of joint mediation; `attempt` is the attempt at the incident it belongs to."""

    number: int
    attempt: int
    called_at: datetime
    at: datetime
    place: str
    bodies: tuple[CalledBody, ...]
    state: Literal["called", "held", "missed", "cancelled"] = "called"
    held_by: datetime | None = None
    """The latest time the policy allows it to be held at."""
    missed_at: datetime | None = None
    """When the clock records it as missed; it stays when that is past."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""
    since: datetime | None = None
    """When its time was set: the policy counts how late it may be from here."""
    adjourned: int = 0
    """How often it was set for another time."""
    held_at: datetime | None = None
    present: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    agreement: bool | None = None
    reference: str | None = None
    """The number of the agreement."""
    confirmed: bool | None = None
    ruling: str | None = None
    """The number of the court's ruling on the agreement."""

    @property
    def pending(self) -> bool:
        """Whether it is still to be held."""
        return self.state == "called"


def timers(sessions: Iterable[Session]) -> Iterator[tuple[datetime, str, Guess | None]]:
    """When each of them counts as missed, `session:1:missed`, and how that was counted if it may still move."""
    for one in sessions:
        if one.pending and one.missed_at is not None:
            yield one.missed_at, f"session:{one.number}:missed", one.guess


def changed(sessions: tuple[Session, ...], event: SessionEvent, now: datetime) -> tuple[Session, ...]:
    """The sessions of an incident after an event of one of them, recorded now."""
    if isinstance(event, SessionCalled):
        return (*sessions, _called(event, now))
    return tuple(_after(one, event, now) if one.number == event.session else one for one in sessions)


def moved(sessions: tuple[Session, ...], event: IncidentWaitMoved) -> tuple[Session, ...]:
    """The sessions after the time of one of them was counted again."""
    number = int(event.wait.split(":")[1])
    return tuple(
        replace(one, missed_at=event.due_at, guess=event.guess) if one.number == number else one
        for one in sessions
    )


def _called(event: SessionCalled, now: datetime) -> Session:
    return Session(
        number=event.session,
        attempt=event.attempt,
        called_at=event.occurred_at,
        at=event.at,
        place=event.place,
        bodies=event.bodies,
        held_by=event.held_by,
        missed_at=event.missed_at,
        guess=event.guess,
        since=now,
    )


def _after(one: Session, event: SessionEvent, now: datetime) -> Session:
    match event:
        case SessionAdjourned(at=at, held_by=held_by, missed_at=missed_at, guess=guess):
            set_anew = replace(one, at=at, held_by=held_by, missed_at=missed_at, guess=guess)
            return replace(set_anew, adjourned=one.adjourned + 1, since=now)
        case SessionHeld():
            held = replace(one, state="held", held_at=event.occurred_at, agreement=event.agreement)
            here, away = _names(event.present), _names(event.missing)
            return replace(held, reference=event.reference, present=here, missing=away)
        case SessionMissed():
            return replace(one, state="missed", present=_names(event.present), missing=_names(event.missing))
        case SessionCancelled():
            return replace(one, state="cancelled")
        case AgreementConfirmed():
            return replace(one, confirmed=event.confirmed, ruling=event.reference)
        case _:
            return one


def _names(bodies: Iterable[CalledBody]) -> tuple[str, ...]:
    return tuple(one.name for one in bodies)


def detail(event: SessionEvent) -> str:
    """What a reader of the history wants to know of an event; codes and opaque names only."""
    place = f"session:{event.session}"
    match event:
        case SessionCalled():
            return " ".join([place, event.place, *(one.role for one in event.bodies)])
        case SessionHeld():
            came = f"{len(event.present)}/{len(event.present) + len(event.missing)}"
            agreed = ("agreement" if event.agreement else "no-agreement", event.reference)
            return " ".join([place, came, *filter(None, agreed)])
        case SessionMissed():
            return " ".join([place, event.by, *filter(None, [event.reason])])
        case SessionAdjourned() | SessionCancelled():
            return f"{place} {event.reason}"
        case AgreementConfirmed():
            said = "confirmed" if event.confirmed else "not-confirmed"
            return " ".join([place, said, *filter(None, [event.reference])])
        case _:
            return place
