"""What is done about a whistle: somebody blows it, who is called responds, and it is called off."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.base import Action, Reference
from schemas.codes import GivenCode
from schemas.whistles import Number, ParticipantName, RingName

MOST_CALLED = 50
"""Participants of a whistle at most."""


class Call(BaseModel):
    """Somebody to be called: a role, and who that is if it is known; without a ring, the one the policy uses."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    role: Reference
    ref: Reference | None = None
    ring: RingName | None = None


class Whistle(Action):
    """吹哨: call somebody to an incident; who names nobody calls those whom the policy calls, of one ring or of all."""

    action: Literal["whistle"] = "whistle"
    ring: RingName | None = None
    participants: Annotated[tuple[Call, ...], Field(max_length=MOST_CALLED)] = ()


class Response(Action):
    """Base of what a participant of a whistle does, or what is done about one."""

    whistle: Number
    participant: ParticipantName


class Acknowledge(Response):
    """响应: the participant has heard the whistle and comes."""

    action: Literal["acknowledge"] = "acknowledge"


class Arrive(Response):
    """到场: the participant is there."""

    action: Literal["arrive"] = "arrive"


class Support(Response):
    """支援: what the participant has given."""

    action: Literal["support"] = "support"
    support: GivenCode


class ReportResult(Response):
    """反馈: how it ended for the participant, who is done with that."""

    action: Literal["report-result"] = "report-result"
    outcome: GivenCode


class Excuse(Response):
    """The participant need not come, for a reason of the policy that somebody else approved."""

    action: Literal["excuse"] = "excuse"
    reason: GivenCode
    approver: Reference


class CallOff(Action):
    """取消吹哨: nobody need come any more."""

    action: Literal["call-off"] = "call-off"
    whistle: Number
    reason: GivenCode


ResponseAction = Acknowledge | Arrive | Support | ReportResult | Excuse
WhistleAction = Whistle | ResponseAction | CallOff
