"""Until when: the deadline of each step, from the policy an incident began with."""

from datetime import datetime

from policy.model import Policy
from schemas.codes import bare
from services.routing.incident import Incident

Policies = dict[str, Policy]
"""By version; the first one is in force for new incidents."""


def accept_until(incident: Incident, policies: Policies, now: datetime) -> datetime | None:
    """When the centre must have accepted, counted from when it could know; None for imported history."""
    if incident.backfill:
        return None
    return now + policies[incident.policy].clock(incident.tier, bare(incident.severity)).accept


def handle_until(incident: Incident, policies: Policies, now: datetime) -> datetime | None:
    """When the matter must be handled, counted from its acceptance; None for imported history."""
    if incident.backfill:
        return None
    return now + policies[incident.policy].clock(incident.tier, bare(incident.severity)).handle


def promised(incident: Incident) -> datetime | None:
    """What on-time is judged by: the target the source promised, else the handling deadline."""
    return incident.target_at if incident.target_at is not None else incident.handle_by
