"""The same matter from several doors: proposed by intake, linked to a lead and unlinked by routing."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.base import SYSTEM, Action, Actor, Event, IncidentEvent, IncidentId, Tier
from schemas.codes import Code, GivenCode
from schemas.noted import LatenessEvent

Score = Annotated[int, Field(ge=1, le=9)]
"""In steps, so that it says how much alike two reports are and nothing of what was told."""


class Candidate(BaseModel):
    """A report that may be the same matter, and on which grounds; what was told stays in the vault."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    lead: IncidentId
    score: Score
    grounds: tuple[Code, ...]


class Duplicate(BaseModel):
    """An incident that is linked to a lead, and the tier in whose books it stands."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    incident_id: IncidentId
    tier: Tier


class Link(Action):
    """合并: this incident is the same matter as another one of this tier, its lead."""

    action: Literal["link"] = "link"
    lead: IncidentId


class Unlink(Action):
    """撤销合并: it is a matter of its own after all; its clock runs on with what was left."""

    action: Literal["unlink"] = "unlink"
    reason: GivenCode


class Dismiss(Action):
    """不予合并: a proposal was looked at, and it is another matter."""

    action: Literal["dismiss"] = "dismiss"
    lead: IncidentId


TieAction = Link | Unlink | Dismiss


class DuplicateProposed(IncidentEvent):
    """A report may be the same matter as earlier ones: the likeliest first."""

    type: ClassVar[str] = "duplicate.proposed.v1"
    actor: Actor = SYSTEM
    candidates: Annotated[tuple[Candidate, ...], Field(min_length=1, max_length=5)]


class ProposalForwarded(Event):
    """A proposal on its way to the tier that owns the incident."""

    type: ClassVar[str] = "duplicate.forwarded.v1"
    to_tier: Tier
    from_tier: Tier
    incident_id: IncidentId
    occurred_at: AwareDatetime
    proposed: DuplicateProposed


class DuplicateDismissed(IncidentEvent):
    """A person looked at a proposal: it is another matter than `lead`."""

    type: ClassVar[str] = "duplicate.dismissed.v1"
    lead: IncidentId


class IncidentLinked(LatenessEvent):
    """It is handled together with its lead: its clock, which would have run out at `due_at`, stands still."""

    type: ClassVar[str] = "incident.linked.v1"
    lead: IncidentId
    by: Literal["person", "policy"] = "person"
    score: Score | None = None
    """What the proposal said, when a rule linked it."""
    step: Literal["accept", "handle"]
    due_at: AwareDatetime | None = None


class IncidentUnlinked(LatenessEvent):
    """It is a matter of its own again: its clock, if one ran, runs on until `due_at`."""

    type: ClassVar[str] = "incident.unlinked.v1"
    lead: IncidentId
    reason: Code
    step: Literal["accept", "handle"]
    due_at: AwareDatetime | None = None
    provisional: bool = False


class IncidentJoined(IncidentEvent):
    """Another report of the same matter was linked to this incident."""

    type: ClassVar[str] = "incident.joined.v1"
    duplicate: IncidentId
    tier: Tier | None = None
    """In whose books the duplicate stands; null when it was resolved at once, because this incident was."""


class IncidentParted(IncidentEvent):
    """A report that was linked to this incident is a matter of its own again."""

    type: ClassVar[str] = "incident.parted.v1"
    duplicate: IncidentId


class LeadResolved(Event):
    """The lead of a duplicate of another tier was resolved: the duplicate is resolved with it."""

    type: ClassVar[str] = "lead.resolved.v1"
    to_tier: Tier
    from_tier: Tier
    incident_id: IncidentId
    """The duplicate."""
    occurred_at: AwareDatetime
    actor: Actor
    lead: IncidentId
    method: Code
    outcome: Code
    agreement: bool


FROM_ROUTING: tuple[type[Event], ...] = (
    IncidentLinked,
    IncidentUnlinked,
    IncidentJoined,
    IncidentParted,
    DuplicateDismissed,
)
"""What routing says of it, on `<tier>.routing`."""
