"""指派: who is asked to handle an incident, and what they answer; people and bodies by opaque reference only."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from schemas.base import Action, Event, IncidentEvent, Reference
from schemas.codes import Code, GivenCode

Asked = Annotated[int, Field(ge=1, le=1000)]
"""The how many-th at this tier who was asked."""


class Take(Action):
    """认领: the assignee takes it on. Of an open incident this is the centre's acknowledgement as well."""

    action: Literal["take"] = "take"


class Decline(Action):
    """拒接: the assignee does not take it on, for a reason of the policy; somebody else is asked."""

    action: Literal["decline"] = "decline"
    reason: GivenCode


class IncidentAssigned(IncidentEvent):
    """指派: somebody handles it, or is asked to: by a person's choice, or because the policy says so."""

    type: ClassVar[str] = "incident.assigned.v1"
    assignee: str
    role: Code | None = None
    """In which role of the registry; null for somebody it does not know."""
    by: Literal["person", "policy"] = "person"
    candidate: Asked | None = None
    answer_by: AwareDatetime | None = None
    """When it must have been taken or declined; null when nothing follows from silence."""


class IncidentTaken(IncidentEvent):
    """认领: the assignee has taken it on."""

    type: ClassVar[str] = "incident.taken.v1"
    assignee: Reference
    role: Code | None = None
    assigned_at: AwareDatetime | None = None
    """When it was assigned; null if that was before answers were asked for."""


class IncidentDeclined(IncidentEvent):
    """拒接: the assignee did not take it on."""

    type: ClassVar[str] = "incident.declined.v1"
    assignee: Reference
    role: Code | None = None
    reason: Code


class IncidentUnanswered(IncidentEvent):
    """逾期未认领: the assignee neither took it on nor declined in time."""

    type: ClassVar[str] = "incident.unanswered.v1"
    assignee: Reference
    role: Code | None = None
    due_at: AwareDatetime


class IncidentUnclaimed(IncidentEvent):
    """无人认领: everybody who could be asked here declined or kept silent; where it can, it climbs."""

    type: ClassVar[str] = "incident.unclaimed.v1"
    asked: Asked


FROM_ROUTING: tuple[type[Event], ...] = (
    IncidentAssigned,
    IncidentTaken,
    IncidentDeclined,
    IncidentUnanswered,
    IncidentUnclaimed,
)
"""What routing says of it, on `<tier>.routing`."""
