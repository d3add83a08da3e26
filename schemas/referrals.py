"""移交, 分流, 收回, 对接: what a centre gives out of its hands, and what others send it and want answered."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from schemas.base import Action, Event, IncidentEvent, Reference
from schemas.codes import Code, GivenCode
from schemas.guesses import Guess
from schemas.noted import LatenessEvent

Kind = Literal["transfer", "referral"]
"""To a department of the same tier, or to a body outside; the tier stays the owner of either."""
Said = Literal["opened", "accepted", "returned", "succeeded", "failed"]
"""What a department or a body may answer; a department only accepts or returns."""
Answer = Literal["accepted", "returned", "succeeded", "failed", "reopened"]
"""What the source of a matter is answered."""
Number = Annotated[int, Field(ge=1, le=1000)]
Awaited = Literal["transfer.answer", "referral.answer", "referral.result"]
"""What is waited for, each with a clock of its own beside the incident's."""


class Transfer(Action):
    """移交: give the matter to a department of the same tier, which accepts it or returns it."""

    action: Literal["transfer"] = "transfer"
    department: Reference
    reason: GivenCode


class Refer(Action):
    """分流: give the matter to a court, the police, arbitration …; `unit` says which one."""

    action: Literal["refer"] = "refer"
    body: GivenCode
    unit: Reference
    reason: GivenCode


class Recall(Action):
    """收回: take it back, as long as the other side has not opened it."""

    action: Literal["recall"] = "recall"
    reason: GivenCode


class AnswerReferral(Action):
    """What the other side says; with `number`, about that transfer or referral and no later one.

    A return says why. An acceptance may name the other side's own case number, a success the agreement.
    """

    action: Literal["answer-referral"] = "answer-referral"
    answer: Said
    number: Number | None = None
    reason: GivenCode | None = None
    case_number: Reference | None = None
    agreement: Reference | None = None

    @model_validator(mode="after")
    def _returns_with_a_reason(self) -> Self:
        if self.answer == "returned" and self.reason is None:
            raise ValueError("a return needs its reason")
        return self


class ReturnToSource(Action):
    """退回来源: give a matter back to the court, police station or office that sent it here."""

    action: Literal["return-to-source"] = "return-to-source"
    reason: GivenCode


ReferralAction = Transfer | Refer | Recall | AnswerReferral | ReturnToSource


class IncidentTransferred(IncidentEvent):
    """移交: a department of this tier was asked to take the matter, and answers until `due_at`."""

    type: ClassVar[str] = "incident.transferred.v1"
    number: Number
    department: Reference
    reason: Code
    due_at: AwareDatetime | None = None
    guess: Guess | None = None
    """How `due_at` was counted, while it may still move."""


class IncidentReferred(IncidentEvent):
    """分流: the matter went out to a body, which answers until `due_at`; whether the clock stands still meanwhile."""

    type: ClassVar[str] = "incident.referred.v1"
    number: Number
    body: Code
    unit: Reference
    reason: Code
    due_at: AwareDatetime | None = None
    clock_stopped: bool = False
    guess: Guess | None = None
    """How `due_at` was counted, while it may still move."""


class ReferralEvent(IncidentEvent):
    """What happens to a transfer or a referral that is out; `body` is null for a department."""

    kind: Kind
    number: Number
    unit: Reference
    body: Code | None = None


class ReferralOpened(ReferralEvent):
    """The other side has begun to look at it: it cannot be recalled any more."""

    type: ClassVar[str] = "referral.opened.v1"


class ReferralAccepted(ReferralEvent):
    """The other side has taken it; a body tells the result until `due_at`, a department handles it from now on."""

    type: ClassVar[str] = "referral.accepted.v1"
    case_number: Reference | None = None
    due_at: AwareDatetime | None = None
    guess: Guess | None = None
    """How `due_at` was counted, while it may still move."""


class ReferralReturned(ReferralEvent):
    """The other side gave it back, and why."""

    type: ClassVar[str] = "referral.returned.v1"
    reason: Code


class ReferralConcluded(ReferralEvent):
    """The body told the result: the matter is back with its owner, who resolves it."""

    type: ClassVar[str] = "referral.concluded.v1"
    result: Literal["succeeded", "failed"]
    agreement: Reference | None = None


class ReferralRecalled(ReferralEvent):
    """收回: the owner took it back before it was opened."""

    type: ClassVar[str] = "referral.recalled.v1"
    reason: Code


class ReferralOverdue(ReferralEvent):
    """催办: an answer did not come until `due_at`; it is asked for again at `next_at`."""

    type: ClassVar[str] = "referral.overdue.v1"
    step: Awaited
    due_at: AwareDatetime
    next_at: AwareDatetime
    guess: Guess | None = None
    """How `next_at` was counted, while it may still move."""


class IncidentReturnedToSource(LatenessEvent):
    """退回来源: the matter went back to who sent it, and ends here."""

    type: ClassVar[str] = "incident.returned-to-source.v1"
    body: Code
    reason: Code


class ReferralAnswered(IncidentEvent):
    """An answer to the source of a matter, under the source's own number.

    `order` numbers the answers of a matter over all tiers: the highest is the present one, in whatever order they come.
    """

    type: ClassVar[str] = "referral.answered.v1"
    body: Code
    source_number: Reference | None = None
    order: Annotated[int, Field(ge=1)]
    answer: Answer
    before: Answer | None = None
    """The answer it replaces."""
    reason: Code | None = None


class Offer(BaseModel):
    """Which body sent a matter here, under which number of its own, and what it was answered last."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    body: Code
    number: Reference | None = None
    answers: Annotated[int, Field(ge=0)] = 0
    answer: Answer | None = None


FROM_ROUTING: tuple[type[Event], ...] = (
    IncidentTransferred,
    IncidentReferred,
    ReferralOpened,
    ReferralAccepted,
    ReferralReturned,
    ReferralConcluded,
    ReferralRecalled,
    ReferralOverdue,
    IncidentReturnedToSource,
    ReferralAnswered,
)
"""What routing says of it, on `<tier>.routing`."""
