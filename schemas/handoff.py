"""What routing hands to another tier: a whole incident, or an action that reached a tier which no longer owns it."""

from typing import ClassVar

from pydantic import AwareDatetime

from schemas.actions import FirstHandling, OpenHandling
from schemas.base import Actor, Attempt, Event, IncidentId, Matter, Party, Reference, Tier
from schemas.codes import Code
from schemas.duplicates import Candidate, Duplicate
from schemas.offline import Basis
from schemas.referrals import Offer
from schemas.routing import Entry
from schemas.supervision import Listing


class IncidentHandedOver(Matter):
    """The whole incident, addressed to the tier that now owns it."""

    type: ClassVar[str] = "incident.handed-over.v1"
    to_tier: Tier
    from_tier: Tier
    occurred_at: AwareDatetime
    actor: Actor
    reason: Code
    parties: tuple[Party, ...]
    target_at: AwareDatetime | None
    attempt: Attempt
    policy: str
    path: tuple[Tier, ...]
    """The tiers that held it before, oldest first: a return goes back the way it came."""
    history: tuple[Entry, ...]
    derived_from: IncidentId | None = None
    """The earlier incident it derives from (衍生)."""
    handlers: tuple[Reference, ...] = ()
    """Everybody who has handled it: none of them strikes it off the list."""
    leader: Reference | None = None
    """Whose case it is (领导包案)."""
    listing: Listing | None = None
    """A listing travels with its incident (挂牌督办)."""
    whistled: int = 0
    """How many whistles it has had, so that none of the next owner is mistaken for one of them."""
    convened: int = 0
    """How many sessions of joint mediation it has had."""
    offer: Offer | None = None
    referrals: int = 0
    """How often it was transferred or referred so far: their numbers go on."""
    duplicates: tuple[Duplicate, ...] = ()
    """Incidents that are linked to it; each stays in the books of its own tier."""
    proposals: tuple[Candidate, ...] = ()
    entered_by: Reference | None = None


class ActionForwarded(Event):
    """An action that reached a tier that no longer owns the incident, on its way to the owner."""

    type: ClassVar[str] = "action.forwarded.v2"
    to_tier: Tier
    from_tier: Tier
    incident_id: IncidentId
    occurred_at: AwareDatetime
    actor: Actor
    action: OpenHandling
    source: str | None = None
    reference: Reference | None = None
    based_on: Basis = ()


class ActionForwardedV1(ActionForwarded):
    """As it was written while the union of actions was closed: still read, no longer written."""

    type: ClassVar[str] = "action.forwarded.v1"
    action: FirstHandling
