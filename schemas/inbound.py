"""What other systems may send to `<tier>.inbound`: the only untrusted topic. No personal data travels here."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.actions import AnyAction
from schemas.base import Actor, AreaCode, Count, Event, IncidentId, Minutes, Moment, Reference
from schemas.offline import Basis

Named = Annotated[str, Field(max_length=80)]
"""A code by its bare or full name, whatever stands there: who knows the lists in force says which they have."""


class ReportSubmitted(Event):
    """A matter another system reports. Its CloudEvents (source, id) names it for ever: sent twice, it counts once.

    Codes may be bare (`land`) or full (`category/1:land`). `target_at` is a deadline promised at the source.
    """

    type: ClassVar[str] = "report.submitted.v1"

    area: AreaCode
    category: Named
    channel: Named
    severity: Named = "ordinary"
    """Where it is left out, the policy's triage may propose another."""
    occurred_at: Moment
    parties: Annotated[tuple[Named, ...], Field(max_length=20)] = ("reporter",)
    """One party role per person in the matter, for example `["applicant", "respondent"]`."""
    people: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """How many people are concerned: triage may look at it."""
    target_at: Moment | None = None
    backfill: bool = False
    source_number: Reference | None = None
    """The number the source itself has for it, such as a court's case number: one matter each."""
    derived_from: IncidentId | None = None
    """The earlier incident it derives from (衍生)."""
    entered_by: Reference | None = None
    """Who entered it at the door: an opaque reference of staff, never of whoever reports."""


class ActionSubmitted(Event):
    """Something another system did, or asks to be done, to an incident.

    The incident is named by `incident_id`, or by `report_id`: the id of the sender's own `report.submitted.v1`.
    """

    type: ClassVar[str] = "action.submitted.v1"

    incident_id: IncidentId | None = None
    report_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    occurred_at: Moment
    actor: Actor = Actor(role="partner")
    reference: Reference | None = None
    """What became of it is said under this name: `action.done.v1`, `action.refused.v1`, or `submission.refused.v1`."""
    based_on: Basis = ()
    """What the sender believed, e.g. that `status` was `open`: if it is otherwise by now, the action is refused."""
    action: AnyAction

    @model_validator(mode="after")
    def _names_one_incident(self) -> "ActionSubmitted":
        if (self.incident_id is None) == (self.report_id is None):
            raise ValueError("name the incident by incident_id or by report_id, one of the two")
        return self


class ActivitySubmitted(Event):
    """Something done in an area that is no incident. Its CloudEvents (source, id) names it for ever.

    `actor` stays with the centre; figures and other services know the `role` only.
    """

    type: ClassVar[str] = "activity.submitted.v1"

    activity: Named
    area: AreaCode
    role: Named
    occurred_at: Moment
    minutes: Minutes = 0
    attendance: Count = 0
    raised: Count = 0
    adopted: Count = 0
    actor: Actor = Actor(role="partner")
