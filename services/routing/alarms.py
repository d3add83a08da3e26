"""超期: a missed deadline is said; where it does not raise the matter it is said again, so nothing starves. Pure."""

from datetime import datetime
from typing import Any

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.base import SYSTEM
from schemas.routing import Step
from services.routing.clocks import Policies, reckoned
from services.routing.guesses import until
from services.routing.incident import Incident
from services.routing.rules import clock_rule, rule


def overdue(
    incident: Incident, step: Step, due_at: datetime, policies: Policies, stays: datetime | None
) -> IncidentOverdue:
    """A deadline was missed; what stays here, now, is said to be overdue again after a while."""
    return IncidentOverdue(
        **incident.matter,
        occurred_at=due_at,
        actor=SYSTEM,
        rule=clock_rule(incident, step, policies),
        step=step,
        due_at=due_at,
        **({} if stays is None else _next(incident, due_at, policies, stays)),
    )


def still_overdue(
    incident: Incident, passed: datetime, policies: Policies, now: datetime
) -> IncidentStillOverdue:
    """It is said again: however long we were away once."""
    missed = incident.missed
    return IncidentStillOverdue(
        **incident.matter,
        occurred_at=now,
        actor=SYSTEM,
        rule=_rule(incident),
        step=incident.step,
        due_at=_before_it_was_kept(incident, policies, now) if missed is None else missed.deadline,
        number=2 if missed is None else missed.said + 1,
        **_next(incident, passed, policies, now),
    )


def _before_it_was_kept(incident: Incident, policies: Policies, now: datetime) -> datetime:
    """What an earlier release had said once and forgotten: the deadline counted again from the clock's beginning."""
    due = reckoned(incident, policies)
    return now if due is None else due.at


def _next(incident: Incident, passed: datetime, policies: Policies, now: datetime) -> dict[str, Any]:
    """When it is said again: in its rhythm since the moment that passed, or from now where that is over as well."""
    policy, under = policies[incident.policy], _rule(incident)
    span = policy.missed.again
    due = until(span.since(passed, policy.where), policy.where, under, span)
    if due.at <= now:
        due = until(now, policy.where, under, span)
    return {"next_at": due.at, "guess": due.guess}


def _rule(incident: Incident) -> str:
    return rule(incident, "missed", "again")
