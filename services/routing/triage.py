"""改判: a person's other view of how grave a matter is, and what follows from it."""

from collections.abc import Sequence

from schemas.base import Event, height
from schemas.triage import IncidentTriaged, Triage
from services.routing.changes import evolve
from services.routing.clocks import Policies
from services.routing.handoff import REASONS, Act, first_tier, hand_over
from services.routing.incident import Incident
from services.routing.refusal import Refused


def triage(incident: Incident, action: Triage, act: Act, policies: Policies) -> Sequence[Event]:
    """The matter's new severity; one that begins higher up goes there at once. Raises `Refused`.

    It never goes down by itself: a matter that turned out lighter is returned by a person, or settled here.
    Nor up while a department or a body has it: that is waited for, or recalled, before.
    """
    if action.severity == incident.severity:
        raise Refused("same-severity")
    triaged = IncidentTriaged(
        **incident.matter | {"severity": action.severity},
        occurred_at=act.occurred_at,
        actor=act.actor,
        was_severity=incident.severity,
        reason=action.reason,
    )
    after = evolve(incident, triaged, act.recorded_at)
    begins_at = first_tier(after, policies)
    if height(begins_at) <= height(incident.tier):
        return [triaged]
    if incident.away is not None:
        raise Refused("out-of-hand")
    return [triaged, *hand_over(after, begins_at, REASONS["severity"], "person", act)]
