"""What intake says: what it let in. Everything here has passed the door's checks."""

from typing import ClassVar

from pydantic import AwareDatetime

from schemas.actions import AnyAction
from schemas.base import Actor, Event, IncidentId, Matter, Party, Tier


class IncidentReported(Matter):
    """A report was accepted (受理): durable, checked, with an incident id of its own."""

    type: ClassVar[str] = "incident.reported.v1"

    tier: Tier
    source: str
    """The door or system it came through; never a person."""
    occurred_at: AwareDatetime
    parties: tuple[Party, ...]
    target_at: AwareDatetime | None = None


class ActionReceived(Event):
    """An action came in from another system, with its codes checked; routing or followup decides on it."""

    type: ClassVar[str] = "action.received.v1"

    incident_id: IncidentId
    source: str
    occurred_at: AwareDatetime
    actor: Actor
    action: AnyAction
