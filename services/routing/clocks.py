"""Until when: the deadline of each step, from the policy an incident began with, told from the clock's beginning."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from policy.model import Policy
from policy.spans import Due, Span, span_of
from schemas.base import Tier
from schemas.codes import bare
from schemas.routing import Step
from services.routing.incident import Incident, Move

Policies = dict[str, Policy]
"""By version; the first one is in force for new incidents."""


class DueFields(TypedDict):
    """A deadline as the events that begin one carry it."""

    due_at: datetime | None
    provisional: bool


def accept_until(incident: Incident, policies: Policies, now: datetime) -> Due | None:
    """When the centre must have accepted, counted from when it could know; None for imported history."""
    return _from(incident, "accept", policies, now)


def handle_until(incident: Incident, policies: Policies, now: datetime) -> Due | None:
    """When the matter must be handled, counted from its acceptance; None for imported history."""
    return _from(incident, "handle", policies, now)


def _from(incident: Incident, step: Step, policies: Policies, now: datetime) -> Due | None:
    if incident.backfill:
        return None
    policy = policies[incident.policy]
    return _span(policy, incident.tier, step, incident.severity).due(now, policy.where)


def span_for(incident: Incident, step: Step, policies: Policies) -> Span:
    """How long the step whose clock runs may take here, by the policy and the severity that clock began with."""
    severity = incident.clock_severity or incident.severity
    return _span(policies[incident.policy], incident.tier, step, severity)


def _span(policy: Policy, tier: Tier, step: Step, severity: str) -> Span:
    clock = policy.clock(tier, bare(severity))
    return clock.accept if step == "accept" else clock.handle


def reckoned(incident: Incident, policies: Policies, *more: Move) -> Due | None:
    """The present clock counted from its beginning through all its moves; None where none was ever begun.

    While the clock stands still it is when it would have run out.
    """
    if incident.clock_from is None or incident.step is None:
        return None
    span = span_for(incident, incident.step, policies)
    return _through(span, incident.clock_from, (*incident.moves, *more), policies[incident.policy])


def _through(span: Span, begin: datetime, moves: Sequence[Move], policy: Policy) -> Due:
    """What is uncertain once stays uncertain: a deadline that may move takes what follows from it along."""
    due = span.due(begin, policy.where)
    left = span
    for move in moves:
        match move.kind:
            case "suspended" | "linked":
                left = span.left(move.at, due, policy.where)
            case "resumed" | "unlinked":
                resumed = left.due(move.at, policy.where)
                # days off at its end are not left, but no pause brings a deadline nearer
                due = Due(max(resumed.at, due.at), due.provisional or resumed.provisional)
            case "extended":
                due = span_of(move.span).after(due, policy.where)
    return due


def due_fields(due: Due | None) -> DueFields:
    """A deadline as events carry it."""
    return {"due_at": due.at if due else None, "provisional": due is not None and due.provisional}


def promised(incident: Incident) -> datetime | None:
    """What on-time is judged by: the target the source promised, else the handling deadline."""
    return incident.target_at if incident.target_at is not None else incident.handle_by
