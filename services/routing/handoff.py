"""Handing an incident to another tier: up (上报), or back down (退回)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from schemas.base import SYSTEM, TIERS, Actor, Event, Tier, height, higher, tier_of
from schemas.codes import bare
from schemas.duplicates import LeadResolved, ProposalForwarded
from schemas.handoff import ActionForwarded, IncidentHandedOver
from schemas.routing import IncidentEscalated, IncidentReturned, Step
from services.routing import mediation, whistling
from services.routing.changes import evolve
from services.routing.clocks import Policies
from services.routing.incident import Incident
from services.routing.refusal import Refused
from services.routing.rules import rule

ADDRESSED = (IncidentHandedOver, ActionForwarded, ProposalForwarded, LeadResolved)
"""What is said to one other tier, and no part of the life of the incident here."""
REASONS = {
    "severity": "reason/1:severity",
    "deadline": "reason/1:deadline-missed",
    "unclaimed": "reason/1:unclaimed",
}


def first_tier(incident: Incident, policies: Policies) -> Tier:
    """Severity decides, but nobody below the reported area's own tier can own it, nor one that it passes over."""
    policy, severity, lowest = policies[incident.policy], bare(incident.severity), tier_of(incident.area)
    first = policy.first(severity)
    if height(first) <= height(lowest):
        return lowest
    return higher(first, policy.above(lowest, severity, incident.area))


def next_up(
    incident: Incident, wanted: Tier | None, policies: Policies, tiers: Collection[Tier] = TIERS
) -> Tier:
    """The tier an escalation goes to; `tiers` are those of the county.

    Raises `Refused` at the top, for a skip the policy does not know, and where nobody would hear of it.
    """
    if incident.tier == TIERS[-1]:
        raise Refused("top-tier")
    above = wanted or policies[incident.policy].above(incident.tier, bare(incident.severity), incident.area)
    if (
        wanted not in {None, TIERS[height(incident.tier) + 1]}
        and _permission(incident, above, policies) is None
    ):
        raise Refused("skip-not-allowed")
    if above not in tiers:
        raise Refused("absent-tier")
    return above


def skip_rule(incident: Incident, to_tier: Tier, policies: Policies) -> str | None:
    """The rule that lets an incident pass over the tier between; None where none is passed over."""
    permission = _permission(incident, to_tier, policies)
    return None if permission is None else rule(incident, "skips", permission)


def _permission(incident: Incident, to_tier: Tier, policies: Policies) -> int | None:
    return policies[incident.policy].skip(incident.tier, to_tier, bare(incident.severity), incident.area)


@dataclass(frozen=True, slots=True)
class Act:
    """Who hands over, when it happened, when it is recorded, and under which rule."""

    actor: Actor
    occurred_at: datetime
    recorded_at: datetime
    rule: str | None = None


def hand_over(
    incident: Incident, to_tier: Tier, reason: str, by: Literal["person", "deadline", "policy"], act: Act
) -> Sequence[Event]:
    """What ends here with it, the fact for everybody, and the incident itself for its new owner.

    The last has the lines of the history that are not written yet; those before are added when it is stored.
    """
    ended = [
        *whistling.handed_over(incident, act.occurred_at),
        *mediation.handed_over(incident, act.occurred_at),
    ]
    for event in ended:
        incident = evolve(incident, event, act.recorded_at)
    fields = {"occurred_at": act.occurred_at, "actor": act.actor, "to_tier": to_tier, "reason": reason}
    fact: Event
    if height(to_tier) > height(incident.tier):
        fact = IncidentEscalated(**incident.matter, **fields, by=by, rule=act.rule)
        path = (*incident.path, incident.tier)
    else:
        asked = "policy" if by == "policy" else "person"
        fact = IncidentReturned(**incident.matter, **fields, by=asked, rule=act.rule)
        path = incident.path[:-1] if incident.path[-1:] == (to_tier,) else ()
    after = evolve(incident, fact, act.recorded_at)
    return [*ended, fact, _whole(incident.changed(path=path, history=after.history), fields)]


def _whole(incident: Incident, fields: dict[str, Any]) -> IncidentHandedOver:
    """All that its new owner has to know of it."""
    return IncidentHandedOver(
        **incident.matter,
        **fields,
        from_tier=incident.tier,
        parties=incident.parties,
        target_at=incident.target_at,
        attempt=incident.attempt,
        policy=incident.policy,
        path=incident.path,
        history=incident.history,
        derived_from=incident.derived_from,
        entered_by=incident.entered_by,
        handlers=incident.handlers,
        leader=incident.leader,
        listing=incident.listing,
        whistled=incident.whistled,
        convened=incident.convened,
        offer=incident.offer,
        referrals=incident.referrals,
        duplicates=incident.ties.duplicates,
        proposals=incident.ties.proposals,
    )


def way_up(incident: Incident, step: Step, policies: Policies) -> Tier | None:
    """Where a missed deadline leads to: up, where the policy says so and there is a tier above; else it stays."""
    what, _ = policies[incident.policy].missed.at(incident.tier, step)
    if what != "escalate":
        return None
    try:
        return next_up(incident, None, policies)
    except Refused:
        return None


def climb(noted: Incident, step: Step, policies: Policies, now: datetime) -> Sequence[Event]:
    """It goes where a missed deadline leads to, if anywhere."""
    above = way_up(noted, step, policies)
    if above is None:
        return []
    _, place = policies[noted.policy].missed.at(noted.tier, step)
    act = Act(SYSTEM, now, now, rule(noted, "missed", *place))
    return hand_over(noted, above, REASONS["deadline"], "deadline", act)
