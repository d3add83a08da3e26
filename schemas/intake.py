"""What intake says: what it let in. Everything here has passed the door's checks."""

from typing import Any, ClassVar

from pydantic import AwareDatetime, Field
from pydantic.json_schema import SkipJsonSchema

from schemas.actions import FirstAction, OpenAction, decider
from schemas.base import (
    Actor,
    AreaCode,
    Count,
    Event,
    IncidentId,
    Matter,
    Minutes,
    Party,
    Reference,
    Service,
    Tier,
)
from schemas.codes import Code
from schemas.offline import Basis


class IncidentReported(Matter):
    """A report was accepted (受理): durable, checked, with an incident id of its own."""

    type: ClassVar[str] = "incident.reported.v1"

    tier: Tier
    source: str
    """The door or system it came through; never a person."""
    occurred_at: AwareDatetime
    parties: tuple[Party, ...]
    target_at: AwareDatetime | None = None
    people: int | None = None
    """How many people are concerned, as far as the reporter knows."""
    proposed_severity: Code | None = None
    """What triage proposed; another `severity` is a person's decision. Null for history, and before triage existed."""
    triage: tuple[str, ...] = ()
    """The policy's rules that propose it, such as `default/2 triage.collective`."""
    referred_by: Code | None = None
    """The body that sent it here (诉调, 访调, 警调), and wants answers."""
    source_number: Reference | None = None
    """The number the source itself has for it."""
    derived_from: IncidentId | None = None
    """The earlier incident it derives from (衍生)."""
    entered_by: Reference | None = None
    """Who entered it at the door: an opaque reference of staff, never of whoever reports."""


def _its_decider(given: dict[str, Any]) -> Service:
    return decider(given["action"])


class ReportErased(Event):
    """What was told of people in a report, or noted of an activity, was erased: nobody can read it any more."""

    type: ClassVar[str] = "report.erased.v1"

    incident_id: IncidentId
    """Of an activity its own id."""
    erased_for: Code
    """Why, of the list `erasure`."""
    occurred_at: AwareDatetime


class ActionReceived(Event):
    """An action came in from another system, with its codes checked; the service `decided_by` decides on it."""

    type: ClassVar[str] = "action.received.v2"

    incident_id: IncidentId
    source: str
    occurred_at: AwareDatetime
    actor: Actor
    action: OpenAction
    decided_by: Service = Field(default_factory=_its_decider)
    """Said here, because who does not know the action does not know whose it is."""
    reference: Reference | None = None
    """Under which its sender, `source`, wants to hear what became of it."""
    based_on: Basis = ()
    """What the sender believed: if it is otherwise by now, the action is refused with both."""


class ActionReceivedV1(ActionReceived):
    """As it was written while the union of actions was closed: still read, no longer written."""

    type: ClassVar[str] = "action.received.v1"

    action: FirstAction
    decided_by: SkipJsonSchema[Service] = Field(default_factory=_its_decider)


class ActivityRecorded(Event):
    """A patrol, a session, a survey, a deliberation: done by somebody in a role, who is not named here."""

    type: ClassVar[str] = "activity.recorded.v1"

    activity_id: IncidentId
    """Its own id, of the same form as an incident's; the key of the record."""
    source: str
    """The door or system it came through; never a person, and no single device."""
    activity: Code
    area: AreaCode
    role: Code
    occurred_at: AwareDatetime
    minutes: Minutes
    attendance: Count = 0
    raised: Count = 0
    """Items raised for deliberation (议题)."""
    adopted: Count = 0
