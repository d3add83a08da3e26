"""督办: listing with a named leader, reminders, change of leader, and striking off as a separate act."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.base import Action, Event, IncidentEvent, Reference
from schemas.codes import Code, GivenCode
from schemas.guesses import Guess


class PutOnList(Action):
    """挂牌督办: the incident is supervised by a named leader until it is struck off."""

    action: Literal["list"] = "list"
    leader: Reference
    reason: GivenCode


class Remind(Action):
    """催办: whoever handles a listed incident is reminded of it."""

    action: Literal["remind"] = "remind"


class ChangeLeader(Action):
    """领导包案: a leader owns the case, listed or not; the reason says why this one, or why another."""

    action: Literal["change-leader"] = "change-leader"
    leader: Reference
    reason: GivenCode


class StrikeOff(Action):
    """摘牌: supervision ends, by somebody who did not handle the matter."""

    action: Literal["strike-off"] = "strike-off"


class Listing(BaseModel):
    """A listing as it stands; it travels with the incident."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    listed_at: AwareDatetime
    reason: Code
    by: Literal["person", "policy"]
    reminders: Annotated[int, Field(ge=0)] = 0
    remind_at: AwareDatetime | None = None
    """When the rhythm reminds next, while the matter is being worked on."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""
    since: AwareDatetime | None = None
    """From when it was counted."""


class IncidentListed(IncidentEvent):
    """挂牌督办: listed with a leader, by a person or by a rule of the policy."""

    type: ClassVar[str] = "incident.listed.v1"
    leader: Reference
    reason: Code
    by: Literal["person", "policy"]
    remind_at: AwareDatetime | None = None
    guess: Guess | None = None
    """How `remind_at` was counted, while it may still move."""


class IncidentReminded(IncidentEvent):
    """催办: the leader's reminder, by a person, by the policy's rhythm, or because the matter relapsed."""

    type: ClassVar[str] = "incident.reminded.v1"
    leader: Reference
    by: Literal["person", "rhythm", "relapse"]
    number: Annotated[int, Field(ge=1)]
    remind_at: AwareDatetime | None = None
    """When the rhythm reminds next."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""


class IncidentLeaderChanged(IncidentEvent):
    """领导包案: `leader` owns the case from now on; `was_leader` is null when nobody did."""

    type: ClassVar[str] = "incident.leader-changed.v1"
    leader: Reference
    was_leader: Reference | None = None
    reason: Code


class IncidentStruckOff(IncidentEvent):
    """办结销号, 摘牌: supervision has ended, after so many reminders."""

    type: ClassVar[str] = "incident.struck-off.v1"
    leader: Reference
    listed_at: AwareDatetime
    reminders: Annotated[int, Field(ge=0)]


SupervisionEvent = IncidentListed | IncidentReminded | IncidentLeaderChanged | IncidentStruckOff
SupervisionAction = PutOnList | Remind | ChangeLeader | StrikeOff


FROM_ROUTING: tuple[type[Event], ...] = (
    IncidentListed,
    IncidentReminded,
    IncidentLeaderChanged,
    IncidentStruckOff,
)
"""What routing says of it, on `<tier>.routing`."""
