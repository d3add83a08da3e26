"""督办: what is listed and by whom, when it is reminded of, and who may strike it off. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from policy.model import Policy
from policy.parts import Severity
from policy.supervision import ListingRule, Supervision
from schemas.base import SYSTEM, Actor, Event
from schemas.routing import IncidentOpened, IncidentReopened
from schemas.supervision import (
    ChangeLeader,
    IncidentLeaderChanged,
    IncidentListed,
    IncidentReminded,
    IncidentStruckOff,
    PutOnList,
    Remind,
    StrikeOff,
    SupervisionAction,
)
from schemas.triage import IncidentTriaged
from services.routing.assigned import acts_for
from services.routing.clocks import Policies
from services.routing.guesses import again, until
from services.routing.incident import WORKED_ON, Incident
from services.routing.refusal import Refused
from services.routing.rules import rule

FINISHED = {
    "resolved": ("resolved", "closed", "returned-to-source"),
    "closed": ("closed", "returned-to-source"),
}
NOBODY = Actor().ref


def supervise(
    incident: Incident, action: SupervisionAction, by: dict[str, Any], policies: Policies, now: datetime
) -> Sequence[Event]:
    """The event of an action of supervision, whatever the state of the matter. Raises `Refused`."""
    match action:
        case PutOnList():
            return [_list(incident, action, by, policies, now)]
        case Remind():
            return [_remind(incident, by)]
        case ChangeLeader():
            return [_change_leader(incident, action, by)]
        case StrikeOff():
            return [_strike_off(incident, by, policies[incident.policy].supervision)]


def watch(incident: Incident, event: Event, policies: Policies, now: datetime) -> Sequence[Event]:
    """What supervision makes of an event after which a rule may hold that did not: opened, reopened, judged anew.

    The first rule that holds lists it; one that is listed already is reminded of at once when it has relapsed.
    """
    if incident.backfill or not incident.owned:
        return []
    match event:
        case IncidentReopened() if incident.listing is not None:
            return [_reminded(incident, "relapse", policies, now)]
        case IncidentOpened() | IncidentReopened() | IncidentTriaged() if incident.listing is None:
            return _by_rule(incident, policies, now)
        case _:
            return []


def _by_rule(incident: Incident, policies: Policies, now: datetime) -> Sequence[Event]:
    policy = policies[incident.policy]
    rules = policy.supervision
    at = next(
        (
            at
            for at, one in enumerate(rules.rules)
            if _holds(one, incident, policy.severity(incident.severity))
        ),
        None,
    )
    if at is None:
        return []
    leader = incident.leader or rules.leaders[incident.tier]
    fields = {"leader": leader, "reason": policy.reason(rules.rules[at].reason), "by": "policy"}
    by = {"occurred_at": now, "actor": SYSTEM, "rule": rule(incident, "supervision", "rules", at)}
    return [IncidentListed(**incident.matter, **by, **fields, **_next(incident, policies, now))]


def remind_again(incident: Incident, policies: Policies, now: datetime) -> Sequence[Event]:
    """The rhythm has come round: however long we were away it reminds once."""
    return [_reminded(incident, "rhythm", policies, now)]


def _holds(rule: ListingRule, incident: Incident, severity: Severity) -> bool:
    return (
        (not rule.severities or severity in rule.severities)
        and (not rule.tiers or incident.tier in rule.tiers)
        and (bool(incident.path) or not rule.climbed)
        and incident.attempt > rule.reopened
    )


def _next(
    incident: Incident, policies: Policies, now: datetime, passed: datetime | None = None
) -> dict[str, Any]:
    """When the rhythm reminds next, since it last came round or from now; never for imported history."""
    policy = policies[incident.policy]
    rhythm = policy.rhythm(incident.severity)
    if rhythm is None or incident.backfill:
        return {"remind_at": None}
    under = _rhythm(incident, policy)
    due = (
        again(passed, now, policy.where, under, rhythm) if passed else until(now, policy.where, under, rhythm)
    )
    return {"remind_at": due.at, "guess": due.guess}


def _rhythm(incident: Incident, policy: Policy) -> str:
    """The rule of its reminders."""
    return rule(incident, "supervision", "remind", policy.severity(incident.severity))


def _list(
    incident: Incident, action: PutOnList, by: dict[str, Any], policies: Policies, now: datetime
) -> Event:
    if incident.listing is not None:
        raise Refused("already-listed")
    _in_hand(incident)
    fields = {"leader": action.leader, "reason": action.reason, "by": "person"}
    return IncidentListed(**incident.matter, **by, **fields, **_next(incident, policies, now))


def _remind(incident: Incident, by: dict[str, Any]) -> Event:
    """By hand; that leaves the rhythm as it is."""
    if incident.listing is None or incident.leader is None:
        raise Refused("not-listed")
    _in_hand(incident)
    return IncidentReminded(
        **incident.matter,
        **by,
        leader=incident.leader,
        by="person",
        number=incident.listing.reminders + 1,
        remind_at=incident.listing.remind_at,
        guess=incident.listing.guess,
    )


def _in_hand(incident: Incident) -> None:
    """Raises `Refused` once there is nothing left to supervise but the striking off."""
    if incident.status not in WORKED_ON:
        raise Refused("closed" if incident.status == "closed" else "already-resolved")


def _reminded(
    incident: Incident, why: Literal["rhythm", "relapse"], policies: Policies, now: datetime
) -> Event:
    assert incident.listing is not None
    return IncidentReminded(
        **incident.matter,
        occurred_at=now,
        actor=SYSTEM,
        leader=incident.leader,
        by=why,
        rule=_rhythm(incident, policies[incident.policy]),
        number=incident.listing.reminders + 1,
        **_next(incident, policies, now, incident.listing.remind_at if why == "rhythm" else None),
    )


def _change_leader(incident: Incident, action: ChangeLeader, by: dict[str, Any]) -> Event:
    if incident.status == "closed" and incident.listing is None:
        raise Refused("closed")
    if incident.leader == action.leader:
        raise Refused("same-leader")
    fields = {"leader": action.leader, "was_leader": incident.leader, "reason": action.reason}
    return IncidentLeaderChanged(**incident.matter, **by, **fields)


def _strike_off(incident: Incident, by: dict[str, Any], rules: Supervision) -> Event:
    if incident.listing is None:
        raise Refused("not-listed")
    if incident.status not in FINISHED[rules.strike_off_after]:
        raise Refused("not-finished")
    actor, handlers = by["actor"].ref, filter(None, (incident.assignee, *incident.handlers))
    if actor == NOBODY or any(acts_for(actor, one) for one in handlers):
        raise Refused("handler-strikes-off")
    listing = incident.listing
    fields = {"leader": incident.leader, "listed_at": listing.listed_at, "reminders": listing.reminders}
    return IncidentStruckOff(**incident.matter, **by, **fields)
