"""吹哨—响应—支援: the owner of an incident whistles for somebody, who acknowledges, arrives, supports, reports."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.base import Event, IncidentEvent, Reference
from schemas.codes import Code
from schemas.guesses import Guess

Number = Annotated[int, Field(ge=1, le=10_000)]
"""Whistles of an incident are numbered from 1, through all tiers that own it."""
ParticipantName = Annotated[str, StringConstraints(pattern=r"^p[1-9][0-9]?$")]
"""What a participant is called within one whistle."""
RingName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,19}$")]
"""How fast: a ring of the policy, such as `1-minute`, `3-minutes`, `5-minutes`, `slow`."""
ResponseStep = Literal["acknowledge", "arrive", "support", "result"]
RESPONSE_STEPS: tuple[ResponseStep, ...] = ("acknowledge", "arrive", "support", "result")
"""In their order; a ring may do without arriving or supporting."""
Standing = Literal[
    "called", "acknowledged", "arrived", "supported", "reported", "excused", "unresponsive", "called-off"
]
"""Where a participant stands; the last four are final."""


class StepDue(BaseModel):
    """Until when a step is to be done; null where that is counted from the step before, or nothing is promised."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    step: ResponseStep
    due_at: AwareDatetime | None = None
    guess: Guess | None = None
    """How that was counted, while it may still move."""


class Participant(BaseModel):
    """Somebody who was called; `ref` is null as long as only the role is known."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    participant: ParticipantName
    role: Reference
    ref: Reference | None = None
    ring: RingName


class CalledParticipant(Participant):
    """Somebody as called: the steps that are asked for, in order, and when silence is recorded as no response."""

    steps: tuple[StepDue, ...]
    unresponsive_at: AwareDatetime | None = None
    guess: Guess | None = None
    """How `unresponsive_at` was counted, while it may still move."""


class StandingParticipant(Participant):
    """Somebody and where they stood."""

    standing: Standing


class WhistleEvent(IncidentEvent):
    """An event of a whistle."""

    whistle: Number


class WhistleBlown(WhistleEvent):
    """吹哨: participants were called, each with the times of its ring."""

    type: ClassVar[str] = "whistle.blown.v1"
    participants: tuple[CalledParticipant, ...]
    times: Number | None = None
    """How many were blown for it since it came into this tier's hands; null where that was not noted yet."""
    accepted_at: AwareDatetime | None = None
    """When it was accepted here, if it was."""


class ParticipantEvent(WhistleEvent):
    """An event of one participant."""

    participant: ParticipantName
    role: Reference
    ref: Reference | None = None
    ring: RingName
    blown_at: AwareDatetime


class StepEvent(ParticipantEvent):
    """A participant has done a step; `in_time` is null when nothing was promised, `next_due_at` when it is last."""

    due_at: AwareDatetime | None = None
    in_time: bool | None = None
    next_due_at: AwareDatetime | None = None
    next_guess: Guess | None = None
    """How `next_due_at` was counted, while it may still move."""


class WhistleAcknowledged(StepEvent):
    """响应: the participant has heard it and comes."""

    type: ClassVar[str] = "whistle.acknowledged.v1"


class WhistleArrived(StepEvent):
    """到场: the participant is there."""

    type: ClassVar[str] = "whistle.arrived.v1"


class WhistleSupported(StepEvent):
    """支援: what the participant has given."""

    type: ClassVar[str] = "whistle.supported.v1"
    support: Code


class WhistleReported(StepEvent):
    """反馈: how it ended for the participant."""

    type: ClassVar[str] = "whistle.reported.v1"
    outcome: Code


class WhistleExcused(ParticipantEvent):
    """The participant need not come."""

    type: ClassVar[str] = "whistle.excused.v1"
    reason: Code
    approver: Reference


class WhistleOverdue(ParticipantEvent):
    """A participant's time for a step passed; the step stays to be done."""

    type: ClassVar[str] = "whistle.overdue.v1"
    step: ResponseStep
    due_at: AwareDatetime


class WhistleUnresponsive(ParticipantEvent):
    """A participant never acknowledged: that is recorded, and nobody waits for it any more."""

    type: ClassVar[str] = "whistle.unresponsive.v1"
    due_at: AwareDatetime
    """When it should have acknowledged."""


class WhistleCalledOff(WhistleEvent):
    """取消吹哨: nobody need come any more; where each stood who was not done."""

    type: ClassVar[str] = "whistle.called-off.v1"
    reason: Code
    blown_at: AwareDatetime
    unfinished: tuple[StandingParticipant, ...]


class WhistleEnded(WhistleEvent):
    """Every participant has reported, was excused, or did not respond."""

    type: ClassVar[str] = "whistle.ended.v1"
    blown_at: AwareDatetime
    participants: tuple[StandingParticipant, ...]


FROM_ROUTING: tuple[type[Event], ...] = (
    WhistleAcknowledged,
    WhistleArrived,
    WhistleBlown,
    WhistleCalledOff,
    WhistleEnded,
    WhistleExcused,
    WhistleOverdue,
    WhistleReported,
    WhistleSupported,
    WhistleUnresponsive,
)
"""What routing says of it, on `<tier>.routing`."""
