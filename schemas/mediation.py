"""联合调解: a session is called, adjourned, held or missed; whether it came to an agreement, and what became of it."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.base import Action, Attempt, Event, IncidentEvent, Moment, Reference
from schemas.codes import Code, GivenCode
from schemas.guesses import Guess

Number = Annotated[int, Field(ge=1, le=10_000)]
"""Sessions of an incident are numbered from 1, through all tiers that own it."""
Attendee = Annotated[str, StringConstraints(pattern=r"^[bp][1-9][0-9]?$")]
"""Who can be there: a body that was called (`b1`), or a party of the incident (`p1`)."""


class Body(BaseModel):
    """Who is called to a session: a role, such as a justice office, and who that is if it is known."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    role: Reference
    ref: Reference | None = None


class CallSession(Action):
    """召集联合调解: when, where (an area code, or the opaque name of a place), and which bodies."""

    action: Literal["call-session"] = "call-session"
    at: Moment
    place: Reference
    bodies: Annotated[tuple[Body, ...], Field(min_length=1, max_length=20)]


class OfSession(Action):
    """Base of what is done about one session."""

    session: Number


class AdjournSession(OfSession):
    """改期: the session will be held at another time."""

    action: Literal["adjourn-session"] = "adjourn-session"
    at: Moment
    reason: GivenCode


class HoldSession(OfSession):
    """召开: who was there, whether an agreement was reached, and its number."""

    action: Literal["hold-session"] = "hold-session"
    present: Annotated[tuple[Attendee, ...], Field(min_length=1, max_length=40)]
    agreement: bool = False
    reference: Reference | None = None


class MissSession(OfSession):
    """未能召开: who was there all the same, and why it came to nothing."""

    action: Literal["miss-session"] = "miss-session"
    present: Annotated[tuple[Attendee, ...], Field(max_length=40)] = ()
    reason: GivenCode


class CancelSession(OfSession):
    """取消: the session is not needed any more."""

    action: Literal["cancel-session"] = "cancel-session"
    reason: GivenCode


class ConfirmAgreement(OfSession):
    """司法确认: whether a court confirmed the agreement, and the number of its ruling."""

    action: Literal["confirm-agreement"] = "confirm-agreement"
    confirmed: bool
    reference: Reference | None = None


MediationAction = CallSession | AdjournSession | HoldSession | MissSession | CancelSession | ConfirmAgreement


class CalledBody(BaseModel):
    """A body that was called, and its name within the session."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    name: Attendee
    role: Reference
    ref: Reference | None = None


class SessionEvent(IncidentEvent):
    """An event of a session; `attempt` is the attempt at the incident it belongs to."""

    session: Number
    attempt: Attempt
    at: AwareDatetime
    """When it was to be held."""


class SessionCalled(SessionEvent):
    """召集: bodies were called to a session."""

    type: ClassVar[str] = "mediation.called.v1"
    place: Reference
    bodies: tuple[CalledBody, ...]
    held_by: AwareDatetime | None = None
    """The latest time the policy allows it to be held at."""
    missed_at: AwareDatetime | None = None
    """When it is recorded as missed, if nobody says what became of it."""
    guess: Guess | None = None
    """How `missed_at` was counted, while it may still move; `held_by` stands as it was judged."""


class SessionAdjourned(SessionEvent):
    """改期: it is to be held at another time."""

    type: ClassVar[str] = "mediation.adjourned.v1"
    was_at: AwareDatetime
    reason: Code
    held_by: AwareDatetime | None = None
    missed_at: AwareDatetime | None = None
    guess: Guess | None = None
    """How `missed_at` was counted, while it may still move."""


class SessionHeld(SessionEvent):
    """召开: who was there, who was not, and whether it came to an agreement."""

    type: ClassVar[str] = "mediation.held.v1"
    present: tuple[CalledBody, ...]
    missing: tuple[CalledBody, ...]
    agreement: bool
    reference: Reference | None = None


class SessionMissed(SessionEvent):
    """未召开: its time passed without it; recorded by a person, or by the clock, who knows nothing of who came."""

    type: ClassVar[str] = "mediation.missed.v1"
    by: Literal["person", "clock"]
    present: tuple[CalledBody, ...] = ()
    missing: tuple[CalledBody, ...] = ()
    reason: Code | None = None


class SessionCancelled(SessionEvent):
    """取消: it is not needed any more."""

    type: ClassVar[str] = "mediation.cancelled.v1"
    reason: Code


class AgreementConfirmed(SessionEvent):
    """司法确认: whether a court confirmed the agreement."""

    type: ClassVar[str] = "mediation.confirmed.v1"
    confirmed: bool
    reference: Reference | None = None


FROM_ROUTING: tuple[type[Event], ...] = (
    AgreementConfirmed,
    SessionAdjourned,
    SessionCalled,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
)
"""What routing says of it, on `<tier>.routing`."""
