"""What whistles and sessions of joint mediation add to the figures, by ring. Pure."""

from collections.abc import Iterator

from schemas.mediation import (
    AgreementConfirmed,
    SessionAdjourned,
    SessionCalled,
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionMissed,
)
from schemas.whistles import (
    ParticipantEvent,
    StepEvent,
    WhistleAcknowledged,
    WhistleArrived,
    WhistleBlown,
    WhistleCalledOff,
    WhistleEvent,
    WhistleExcused,
    WhistleOverdue,
    WhistleReported,
    WhistleSupported,
    WhistleUnresponsive,
)
from services.metrics.counting import Counter

LISTENS_TO = (
    WhistleBlown, WhistleAcknowledged, WhistleArrived, WhistleSupported, WhistleReported, WhistleExcused,
    WhistleOverdue, WhistleUnresponsive, WhistleCalledOff, SessionCalled, SessionAdjourned, SessionHeld,
    SessionMissed, SessionCancelled, AgreementConfirmed,
)  # fmt: skip
STEPS: dict[type[StepEvent], str] = {
    WhistleAcknowledged: "acknowledged",
    WhistleArrived: "arrived",
    WhistleSupported: "supported",
    WhistleReported: "reported",
}
"""What a step done is counted as."""


def of(event: WhistleEvent | SessionEvent, count: Counter) -> None:
    """What one of their events adds."""
    if isinstance(event, SessionEvent):
        _session(event, count)
    else:
        _whistle(event, count)


def _whistle(event: WhistleEvent, count: Counter) -> None:
    """Participants are counted by ring, all under the day of the whistle, so that those called are the denominator."""
    match event:
        case WhistleBlown():
            count.at(event.occurred_at, "whistles")
            for called in event.participants:
                count.at(event.occurred_at, f"whistle.{called.ring}.called")
        case WhistleCalledOff():
            count.at(event.blown_at, "whistles_called_off")
            for left in event.unfinished:
                count.at(event.blown_at, f"whistle.{left.ring}.called_off")
        case ParticipantEvent():
            for measure in _measures(event):
                count.at(event.blown_at, f"whistle.{event.ring}.{measure}")
            if isinstance(event, (WhistleAcknowledged, WhistleArrived)):
                step = "acknowledge" if isinstance(event, WhistleAcknowledged) else "arrive"
                count.took(f"time_to_{step}.{event.ring}", event.blown_at, event.occurred_at)
            if isinstance(event, WhistleArrived):
                count.took("time_to_arrive", event.blown_at, event.occurred_at)
        case _:
            return


def _measures(event: ParticipantEvent) -> Iterator[str]:
    """Whether a step was done in time is judged by the time its ring gives for it."""
    match event:
        case StepEvent():
            yield STEPS[type(event)]
            if event.in_time:
                yield f"{STEPS[type(event)]}_in_time"
        case WhistleExcused():
            yield "excused"
        case WhistleUnresponsive():
            yield "unresponsive"
        case WhistleOverdue():
            yield f"overdue.{event.step}"
        case _:
            return


def _session(event: SessionEvent, count: Counter) -> None:
    match event:
        case SessionCalled():
            count.at(event.occurred_at, "sessions.called")
        case SessionAdjourned():
            count.at(event.occurred_at, "sessions.adjourned")
        case SessionHeld():
            count.at(event.occurred_at, "sessions.held")
            if event.agreement:
                count.at(event.occurred_at, "agreements")
        case SessionMissed():
            count.at(event.occurred_at, "sessions.missed")
        case SessionCancelled():
            count.at(event.occurred_at, "sessions.cancelled")
        case AgreementConfirmed():
            count.at(event.occurred_at, "agreements.confirmed" if event.confirmed else "agreements.refused")
        case _:
            return
