"""An incident in the books of one tier: its state, what has to be done next, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from schemas.base import UNKNOWN, Actor, MatterState, Party, Tier
from schemas.guesses import Guess
from schemas.referrals import Offer
from schemas.routing import (
    Entry,
    Step,
)
from schemas.supervision import (
    Listing,
)
from services.routing import sessions, whistles
from services.routing.assigned import Assignment
from services.routing.away import Away
from services.routing.history import NONE, Counts
from services.routing.missed import Missed
from services.routing.sessions import Session
from services.routing.tallies import NONE as NOTHING
from services.routing.tallies import Tally
from services.routing.ties import UNTIED, Ties
from services.routing.whistles import Whistle

Status = Literal["open", "accepted", "resolved", "closed", "handed-over", "returned-to-source"]
WORKED_ON: tuple[Status, ...] = ("open", "accepted")
_STEPS: dict[Status, Step] = {"open": "accept", "accepted": "handle"}


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
    guess: Guess | None = field(default=None, compare=False)
    """How it was counted, while it may still move; the clock of a step is counted from its beginning instead."""


@dataclass(frozen=True, kw_only=True)
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
    missed: Missed | None = None
    """The deadline that was missed here, where that did not raise it, until its step is done."""
    moves: tuple[Move, ...] = ()
    """What was done to the present clock, in order."""
    suspended_at: datetime | None = None
    derived_from: str | None = None
    """The earlier incident it derives from (衍生)."""
    entered_by: str | None = None
    """Who entered its report, where the door was told."""
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
    triage: tuple[str, ...] = ()
    """The rules that proposed its severity, until the first line of its history has said so."""
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
    tally: Tally = NOTHING
    """What its events have told figures of it since it came here."""

    @property
    def step(self) -> Step | None:
        """What the centre has to do next, whether or not a clock runs."""
        return _STEPS.get(self.status)

    @property
    def timers(self) -> tuple[Timer, ...]:
        """All moments at which the clock will act on it."""
        return tuple(
            Timer(at, step, guess)
            for at, step, guess in self._moments()
            if at is not None and step is not None
        )

    def _moments(self) -> Iterator[tuple[datetime | None, str | None, Guess | None]]:
        yield self.due_at, self.due_step, None
        yield self.alarm_at, "alarm", None if self.missed is None else self.missed.guess
        yield self.answer_by, "answer", None
        if self.listing is not None and self.status in WORKED_ON and not self.linked:
            yield self.listing.remind_at, "remind", self.listing.guess
        yield from whistles.timers(self.whistles)
        yield from sessions.timers(self.sessions)
        if self.away is not None:
            yield self.away.due_at, self.away.step, self.away.guess

    @property
    def may_move(self) -> bool:
        """Whether any of these moments was counted through a year whose holidays are not known."""
        return self.provisional or any(one.guess is not None for one in self.timers)

    @property
    def alarm_at(self) -> datetime | None:
        """When it is said again that it is overdue, so that what somebody must work on has a next moment.

        It rests where another one is awaited: with a lead, or with whoever it is out with, who are asked again. What
        was missed before that was kept is said again at once.
        """
        if self.due_at is not None or self.step is None or self.backfill:
            return None
        if self.suspended_at is not None or self.linked or self.away is not None:
            return None
        return self.clock_from if self.missed is None else self.missed.due_at

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

    def same_hand(self, actor: Actor) -> bool | None:
        """Whether who acts also entered the report; None where either is not known."""
        known = self.entered_by is not None and actor.ref != UNKNOWN
        return actor.ref == self.entered_by if known else None

    @property
    def owned(self) -> bool:
        """Whether this tier is the one that must act."""
        return self.owner == self.tier
