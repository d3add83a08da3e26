"""What routing says of the life of an incident at one tier."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from schemas.base import (
    Actor,
    Attempt,
    Event,
    IncidentEvent,
    IncidentId,
    Party,
    Reference,
    SpanText,
    Tier,
)
from schemas.codes import Code
from schemas.noted import LatenessEvent, RepeatableEvent
from schemas.offline import Differences

Step = Literal["accept", "handle"]
"""Which of the two clocks: until the centre acknowledges, until it has handled the matter."""


class IncidentOpened(IncidentEvent):
    """The incident is in this tier's hands: reported here, or handed over from `from_tier`."""

    type: ClassVar[str] = "incident.opened.v1"
    from_tier: Tier | None = None
    attempt: Attempt
    policy: str
    instead_of: str | None = None
    """The policy it came with, where this tier does not have that version and goes on by the one in force."""
    due_at: AwareDatetime | None = None
    """When it must be accepted."""
    provisional: bool = False
    """Whether `due_at` may still move, because the holidays of its year are not published yet."""


class IncidentAccepted(LatenessEvent):
    """接单: acknowledged by the owning centre; the handling clock runs until `due_at`."""

    type: ClassVar[str] = "incident.accepted.v1"
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = None
    provisional: bool = False
    whistled: bool = False
    """Whether a whistle was blown for it here before it was accepted."""


class IncidentEscalated(LatenessEvent):
    """上报: this tier handed the incident up, by a person's decision or because a deadline passed."""

    type: ClassVar[str] = "incident.escalated.v1"
    to_tier: Tier
    reason: Code
    by: Literal["person", "deadline", "policy"]


class IncidentReturned(LatenessEvent):
    """退回: this tier handed the incident down."""

    type: ClassVar[str] = "incident.returned.v1"
    to_tier: Tier
    reason: Code
    by: Literal["person", "policy"] = "person"


class IncidentResolved(LatenessEvent):
    """化解: handled here; `on_time` is null when nothing was promised (`target_at` is null)."""

    type: ClassVar[str] = "incident.resolved.v1"
    parties: tuple[Party, ...]
    method: Code
    outcome: Code
    agreement: bool
    attempt: Attempt
    target_at: AwareDatetime | None
    on_time: bool | None
    policy: str
    by_lead: IncidentId | None = None
    """It is a duplicate, resolved together with this lead."""
    same_hand: bool | None = None
    """Whether who did it also entered the report; null where either is not known."""


class IncidentReopened(IncidentEvent):
    """反弹: a failed revisit undid the resolution; carries what it undoes so that figures can follow.

    `closed_at` says that the incident was closed already, and when: a later round of its follow-up failed.
    """

    type: ClassVar[str] = "incident.reopened.v1"
    reason: Code
    attempt: Attempt
    resolved_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    on_time: bool | None
    by_lead: IncidentId | None = None
    """The lead it had been resolved with; it is linked to it no longer."""
    due_at: AwareDatetime | None = None
    provisional: bool = False


class IncidentClosed(IncidentEvent):
    """销号: closed after its revisit."""

    type: ClassVar[str] = "incident.closed.v1"
    attempt: Attempt
    resolved_at: AwareDatetime
    outcome: Literal["satisfied", "dissatisfied", "unheard"] | None = None
    """How its revisit ended; null where that was not noted yet."""
    same_hand: bool | None = None
    """Whether who did it also entered the report; null where either is not known."""


class IncidentSuspended(RepeatableEvent):
    """挂起: the clock of a step stands still; it would have run out at `due_at`."""

    type: ClassVar[str] = "incident.suspended.v1"
    step: Step
    reason: Code
    approver: Reference
    due_at: AwareDatetime


class ClockEvent(IncidentEvent):
    """Something was done to the clock of a step, which now runs until `due_at`."""

    step: Step
    due_at: AwareDatetime
    provisional: bool = False


class IncidentResumed(ClockEvent):
    """恢复: the clock runs on with what was left."""

    type: ClassVar[str] = "incident.resumed.v1"
    suspended_at: AwareDatetime


class IncidentExtended(ClockEvent, RepeatableEvent):
    """延期: the clock of a step runs longer by `span` than until `was_due_at`."""

    type: ClassVar[str] = "incident.extended.v1"
    reason: Code
    approver: Reference
    span: SpanText
    was_due_at: AwareDatetime


class IncidentClockMoved(ClockEvent):
    """A provisional deadline was counted again, because the calendar has learnt of its year."""

    type: ClassVar[str] = "incident.clock-moved.v1"
    reason: Code
    was_due_at: AwareDatetime


class ActionRefused(Event):
    """The rules say no to an action that arrived without a caller waiting; nothing else changed."""

    type: ClassVar[str] = "action.refused.v1"
    incident_id: IncidentId
    occurred_at: AwareDatetime
    actor: Actor
    action: str
    reason: str
    about: str | None = None
    """What stands in its way, such as `whistle:1`."""
    source: str | None = None
    """Who sent it, and under which name."""
    reference: Reference | None = None
    conflicts: Differences = ()
    """What is otherwise by now than its sender believed; empty unless that is the reason."""


class Entry(BaseModel):
    """One line of an incident's history: who did what, where, when it happened and when it was recorded."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    event: str
    tier: Tier
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    actor: Actor
    detail: str | None = None
    rule: str | None = None
    """The policy version and the rule it happened under; null for a person's free decision."""
