"""挂起, 恢复, 延期: when a clock may stand still or run longer, and when the rules say no."""

from datetime import datetime
from typing import Any

from schemas.actions import Extend, Resume, Suspend
from schemas.base import SYSTEM, Actor, Event
from schemas.codes import bare
from schemas.routing import IncidentClockMoved, IncidentExtended, IncidentResumed, IncidentSuspended
from services.routing.clocks import Policies, reckoned
from services.routing.incident import Incident, Move
from services.routing.refusal import Refused
from services.routing.rules import clock_rule, rule

NOBODY = Actor().ref
CALENDAR = "reason/1:calendar"


def suspend(
    incident: Incident, action: Suspend, by: dict[str, Any], policies: Policies, now: datetime
) -> Event:
    """The clock stands still from when that is recorded: nobody stops it backwards. Raises `Refused`."""
    due_at = _running(incident, now)
    _approved(action, by["actor"], policies[incident.policy].pauses.suspend)
    fields = {"reason": action.reason, "approver": action.approver, "due_at": due_at}
    allowed = rule(incident, "pauses", "suspend")
    return IncidentSuspended(**incident.matter, **by, step=incident.step, rule=allowed, **fields)


def resume(incident: Incident, _: Resume, by: dict[str, Any], policies: Policies, now: datetime) -> Event:
    """The clock runs on with what was left. Raises `Refused`."""
    if incident.suspended_at is None:
        raise Refused("not-suspended")
    due = reckoned(incident, policies, Move("resumed", now))
    assert due is not None
    return IncidentResumed(
        **incident.matter,
        **by,
        step=incident.step,
        rule=_clock(incident, policies),
        suspended_at=incident.suspended_at,
        due_at=due.at,
        provisional=due.provisional,
    )


def extend(
    incident: Incident, action: Extend, by: dict[str, Any], policies: Policies, now: datetime
) -> Event:
    """The deadline moves by what was asked. Raises `Refused`."""
    was_due_at = _running(incident, now)
    _approved(action, by["actor"], policies[incident.policy].pauses.extend)
    due = reckoned(incident, policies, Move("extended", now, span=action.span))
    assert due is not None
    return IncidentExtended(
        **incident.matter,
        **by,
        step=incident.step,
        reason=action.reason,
        approver=action.approver,
        span=action.span,
        rule=rule(incident, "pauses", "extend"),
        was_due_at=was_due_at,
        due_at=due.at,
        provisional=due.provisional,
    )


def moved(incident: Incident, policies: Policies, now: datetime) -> Event | None:
    """A provisional deadline counted again; None when that comes to the same, or the policy is not at hand."""
    if incident.due_at is None or incident.policy not in policies:
        return None
    due = reckoned(incident, policies)
    if due is None or (due.at, due.provisional) == (incident.due_at, incident.provisional):
        return None
    return IncidentClockMoved(
        **incident.matter,
        occurred_at=now,
        actor=SYSTEM,
        step=incident.step,
        reason=CALENDAR,
        rule=_clock(incident, policies),
        was_due_at=incident.due_at,
        due_at=due.at,
        provisional=due.provisional,
    )


def _clock(incident: Incident, policies: Policies) -> str | None:
    """The rule its deadline is counted by."""
    return None if incident.step is None else clock_rule(incident, incident.step, policies)


def _running(incident: Incident, now: datetime) -> datetime:
    """When the clock that runs runs out. Raises `Refused`."""
    if incident.suspended_at is not None:
        raise Refused("already-suspended")
    if incident.clock_from is None:
        raise Refused("no-clock")
    if incident.due_at is None or incident.due_at <= now:
        raise Refused("time-is-up")
    return incident.due_at


def _approved(action: Suspend | Extend, actor: Actor, allowed: tuple[str, ...]) -> None:
    """Four eyes: who is not named cannot be told from the approver, and an approver who is not named is nobody."""
    if bare(action.reason) not in allowed:
        raise Refused("reason-not-allowed")
    if NOBODY in (actor.ref, action.approver) or actor.ref == action.approver:
        raise Refused("approver-is-actor")
