"""吹哨—响应—支援 in the books: who was called, where each stands, and until when; what each event changes. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from schemas.guesses import Guess, IncidentWaitMoved
from schemas.whistles import (
    CalledParticipant,
    ParticipantEvent,
    ResponseStep,
    Standing,
    StandingParticipant,
    StepEvent,
    WhistleAcknowledged,
    WhistleArrived,
    WhistleBlown,
    WhistleCalledOff,
    WhistleEnded,
    WhistleEvent,
    WhistleExcused,
    WhistleOverdue,
    WhistleReported,
    WhistleSupported,
    WhistleUnresponsive,
)

DONE: dict[ResponseStep, Standing] = {
    "acknowledge": "acknowledged",
    "arrive": "arrived",
    "support": "supported",
    "result": "reported",
}
"""Where a participant stands after a step."""
FINAL: frozenset[Standing] = frozenset(("reported", "excused", "unresponsive", "called-off"))
STEPS: dict[type[StepEvent], ResponseStep] = {
    WhistleAcknowledged: "acknowledge",
    WhistleArrived: "arrive",
    WhistleSupported: "support",
    WhistleReported: "result",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A step that is asked of a participant; `overdue` when its time passed before it was done."""

    step: ResponseStep
    due_at: datetime | None = None
    done_at: datetime | None = None
    overdue: bool = False
    guess: Guess | None = None
    """How `due_at` was counted, while it may still move."""
    since: datetime | None = None
    """From when it was counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who was called; `ref` is None as long as only the role is known."""

    name: str
    role: str
    ref: str | None
    ring: str
    stages: tuple[Stage, ...]
    standing: Standing = "called"
    unresponsive_at: datetime | None = None
    """When its silence is recorded; it stays when that is past."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""
    support: str | None = None
    outcome: str | None = None
    reason: str | None = None
    approver: str | None = None

    @property
    def active(self) -> bool:
        """Whether the whistle waits for it."""
        return self.standing not in FINAL

    @property
    def next(self) -> Stage | None:
        """The step it has to do next, if it still has to."""
        return next((one for one in self.stages if one.done_at is None), None) if self.active else None

    def said(self) -> StandingParticipant:
        """It as events show it."""
        return StandingParticipant(
            participant=self.name, role=self.role, ref=self.ref, ring=self.ring, standing=self.standing
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Whistle:
    """A whistle; it is open until everybody called is done, or it is called off."""

    number: int
    blown_at: datetime
    participants: tuple[Participant, ...]
    ended_at: datetime | None = None
    called_off: str | None = None
    """The reason, if that is how it ended."""

    @property
    def open(self) -> bool:
        """Whether it waits for somebody."""
        return self.ended_at is None

    def participant(self, name: str) -> Participant | None:
        """The participant of a name."""
        return next((one for one in self.participants if one.name == name), None)


def timers(whistles: Iterable[Whistle]) -> Iterator[tuple[datetime, str, Guess | None]]:
    """Every moment at which the clock will act on one of them, and on what: `whistle:1:p2:acknowledge`.

    With how that was counted, if it may still move.
    """
    for whistle in whistles:
        for one in whistle.participants if whistle.open else ():
            if not one.active:
                continue
            place = f"whistle:{whistle.number}:{one.name}"
            for stage in one.stages:
                if stage.due_at is not None and stage.done_at is None and not stage.overdue:
                    yield stage.due_at, f"{place}:{stage.step}", stage.guess
            if one.standing == "called" and one.unresponsive_at is not None:
                yield one.unresponsive_at, f"{place}:unresponsive", one.guess


def changed(whistles: tuple[Whistle, ...], event: WhistleEvent, now: datetime) -> tuple[Whistle, ...]:
    """The whistles of an incident after an event of one of them, recorded now."""
    if isinstance(event, WhistleBlown):
        blown = tuple(_called(one, now) for one in event.participants)
        return (*whistles, Whistle(number=event.whistle, blown_at=event.occurred_at, participants=blown))
    return tuple(_after(one, event, now) if one.number == event.whistle else one for one in whistles)


def moved(whistles: tuple[Whistle, ...], event: IncidentWaitMoved) -> tuple[Whistle, ...]:
    """The whistles of an incident after the time of a participant was counted again."""
    _, number, name, what = event.wait.split(":")
    moved = partial(_moved, what=what, event=event)
    return tuple(
        _with(whistle, name, moved) if whistle.number == int(number) else whistle for whistle in whistles
    )


def _with(whistle: Whistle, name: str, change: Callable[[Participant], Participant]) -> Whistle:
    everybody = (change(one) if one.name == name else one for one in whistle.participants)
    return replace(whistle, participants=tuple(everybody))


def _moved(one: Participant, what: str, event: IncidentWaitMoved) -> Participant:
    if what == "unresponsive":
        return replace(one, unresponsive_at=event.due_at, guess=event.guess)
    stages = (
        replace(stage, due_at=event.due_at, guess=event.guess) if stage.step == what else stage
        for stage in one.stages
    )
    return replace(one, stages=tuple(stages))


def _called(one: CalledParticipant, now: datetime) -> Participant:
    return Participant(
        name=one.participant,
        role=one.role,
        ref=one.ref,
        ring=one.ring,
        stages=tuple(
            Stage(step.step, step.due_at, guess=step.guess, since=step.due_at and now) for step in one.steps
        ),
        unresponsive_at=one.unresponsive_at,
        guess=one.guess,
    )


def _after(whistle: Whistle, event: WhistleEvent, now: datetime) -> Whistle:
    match event:
        case ParticipantEvent():
            return _with(whistle, event.participant, partial(_stood, event=event, now=now))
        case WhistleCalledOff():
            gone = (
                replace(one, standing="called-off") if one.active else one for one in whistle.participants
            )
            reason = event.reason
            return replace(whistle, participants=tuple(gone), ended_at=event.occurred_at, called_off=reason)
        case WhistleEnded():
            return replace(whistle, ended_at=event.occurred_at)
        case _:
            return whistle


def _stood(one: Participant, event: ParticipantEvent, now: datetime) -> Participant:
    match event:
        case WhistleSupported(support=support):
            return replace(_stepped(one, event, now), support=support)
        case WhistleReported(outcome=outcome):
            return replace(_stepped(one, event, now), outcome=outcome)
        case StepEvent():
            return replace(_stepped(one, event, now), ref=event.ref)
        case WhistleOverdue(step=step):
            late = (replace(stage, overdue=True) if stage.step == step else stage for stage in one.stages)
            return replace(one, stages=tuple(late))
        case WhistleUnresponsive():
            return replace(one, standing="unresponsive")
        case WhistleExcused():
            return replace(one, standing="excused", reason=event.reason, approver=event.approver)
        case _:
            return one


def _stepped(one: Participant, event: StepEvent, now: datetime) -> Participant:
    """A step done is never undone, and the time of the next one is set once."""
    step, stages = STEPS[type(event)], list(one.stages)
    at = next(number for number, stage in enumerate(stages) if stage.step == step)
    stages[at] = replace(stages[at], done_at=event.occurred_at)
    if event.next_due_at is not None:
        since = now if stages[at + 1].due_at is None else stages[at + 1].since
        following = replace(stages[at + 1], due_at=event.next_due_at, guess=event.next_guess)
        stages[at + 1] = replace(following, since=since)
    return replace(one, stages=tuple(stages), standing=DONE[step])


def detail(event: WhistleEvent) -> str:
    """What a reader of the history wants to know of an event; codes and opaque names only."""
    place = f"whistle:{event.whistle}"
    match event:
        case WhistleBlown():
            return " ".join(
                [place, *(f"{one.participant}:{one.role}:{one.ring}" for one in event.participants)]
            )
        case WhistleCalledOff():
            return " ".join([place, event.reason, *_standings(event.unfinished)])
        case WhistleEnded():
            return " ".join([place, *_standings(event.participants)])
        case ParticipantEvent():
            what = (
                getattr(event, name, None) for name in ("step", "support", "outcome", "reason", "approver")
            )
            return " ".join([f"{place}:{event.participant}", event.role, *filter(None, what)])
        case _:
            return place


def _standings(participants: Iterable[StandingParticipant]) -> Iterator[str]:
    return (f"{one.participant}:{one.standing}" for one in participants)
