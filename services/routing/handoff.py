"""Handing an incident to another tier: up (上报), or back down (退回)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.base import TIERS, Actor, Event, Tier, height, higher, tier_of
from schemas.codes import bare
from schemas.routing import IncidentEscalated, IncidentHandedOver, IncidentReturned
from services.routing.clocks import Policies
from services.routing.incident import Incident, evolve
from services.routing.refusal import Refused

REASONS = {"severity": "reason/1:severity", "deadline": "reason/1:deadline-missed"}


def first_tier(incident: Incident, policies: Policies) -> Tier:
    """Severity decides, but nobody below the reported area's own tier can own it."""
    return higher(policies[incident.policy].first(bare(incident.severity)), tier_of(incident.area))


def next_up(incident: Incident, wanted: Tier | None, policies: Policies) -> Tier:
    """The tier an escalation goes to. Raises `Refused` at the top, and for a skip the policy does not know."""
    if incident.tier == TIERS[-1]:
        raise Refused("top-tier")
    above = TIERS[height(incident.tier) + 1]
    if wanted is None or wanted == above:
        return above
    if not policies[incident.policy].may_skip(incident.tier, wanted, bare(incident.severity)):
        raise Refused("skip-not-allowed")
    return wanted


@dataclass(frozen=True, slots=True)
class Act:
    """Who hands over, when it happened, and when it is recorded."""

    actor: Actor
    occurred_at: datetime
    recorded_at: datetime


def hand_over(
    incident: Incident, to_tier: Tier, reason: str, by: Literal["person", "deadline", "policy"], act: Act
) -> Sequence[Event]:
    """The two events of a handover: the fact for everybody, and the incident itself for its new owner."""
    fields = {"occurred_at": act.occurred_at, "actor": act.actor, "to_tier": to_tier, "reason": reason}
    fact: Event
    if height(to_tier) > height(incident.tier):
        fact = IncidentEscalated(**incident.matter, **fields, by=by)
        path = (*incident.path, incident.tier)
    else:
        fact = IncidentReturned(**incident.matter, **fields, by="policy" if by == "policy" else "person")
        path = incident.path[:-1] if incident.path[-1:] == (to_tier,) else ()
    history = evolve(incident, fact, act.recorded_at).history
    whole = IncidentHandedOver(
        **incident.matter,
        **fields,
        from_tier=incident.tier,
        parties=incident.parties,
        target_at=incident.target_at,
        attempt=incident.attempt,
        policy=incident.policy,
        path=path,
        history=history,
    )
    return [fact, whole]
