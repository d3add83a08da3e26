"""指派, 认领, 拒接: who is asked to handle a matter, what an answer does, and what if nobody takes it. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from policy.assignment import AskRule
from schemas.actions import Assign
from schemas.assignment import (
    Decline,
    IncidentAssigned,
    IncidentDeclined,
    IncidentTaken,
    IncidentUnanswered,
    IncidentUnclaimed,
)
from schemas.base import SYSTEM, Actor, Event
from schemas.codes import bare
from schemas.routing import IncidentAccepted, IncidentOpened, IncidentReopened
from services.routing.assigned import NOBODY, acts_for
from services.routing.centre import Centre
from services.routing.changes import evolve
from services.routing.handoff import REASONS, Act, hand_over, next_up
from services.routing.incident import Incident
from services.routing.refusal import Refused
from services.routing.rules import rule


def assign(incident: Incident, action: Assign, by: dict[str, Any], centre: Centre, now: datetime) -> Event:
    """A person names somebody; whom the registry knows has a time to answer. Raises `Refused`."""
    terms = centre.policy(incident.policy).assignment
    contact = centre.roster.known(action.assignee) if terms.looks else None
    if contact is None and terms.by_hand == "listed":
        raise Refused("unknown-contact")
    return IncidentAssigned(
        **incident.matter,
        **by,
        assignee=action.assignee,
        role=contact.role if contact else None,
        by="person",
        candidate=_asked(incident) + 1,
        answer_by=now + terms.answer if contact and terms.answer else None,
        rule=rule(incident, "assignment", "answer") if contact and terms.answer else None,
    )


def take(incident: Incident, by: dict[str, Any]) -> Event:
    """The assignee takes it on. Raises `Refused`."""
    _answering(incident, by["actor"])
    was = incident.assignment or NOBODY
    fields = {"assignee": incident.assignee, "role": was.role, "assigned_at": was.assigned_at}
    return IncidentTaken(**incident.matter, **by, **fields)


def taken_by_accepting(incident: Incident, by: dict[str, Any]) -> Sequence[Event]:
    """Who accepts a matter for the centre that is assigned to them has taken it on."""
    return [take(incident, by)] if _is_assignee(incident, by["actor"]) and not _taken(incident) else []


def decline(incident: Incident, action: Decline, by: dict[str, Any], centre: Centre) -> Event:
    """The assignee does not take it on. Raises `Refused`."""
    _answering(incident, by["actor"])
    if bare(action.reason) not in centre.policy(incident.policy).assignment.decline:
        raise Refused("reason-not-allowed")
    fields = {"assignee": incident.assignee, "role": (incident.assignment or NOBODY).role}
    return IncidentDeclined(
        **incident.matter, **by, **fields, reason=action.reason, rule=rule(incident, "assignment", "decline")
    )


def unanswered(incident: Incident, due_at: datetime) -> Event:
    """The time to answer is over."""
    was = incident.assignment or NOBODY
    fields = {"assignee": incident.assignee, "role": was.role, "rule": rule(incident, "assignment", "answer")}
    return IncidentUnanswered(**incident.matter, occurred_at=due_at, actor=SYSTEM, due_at=due_at, **fields)


Begins = IncidentOpened | IncidentAccepted | IncidentReopened
Passes = IncidentDeclined | IncidentUnanswered


def follow(incident: Incident, events: Sequence[Event], centre: Centre, now: datetime) -> Sequence[Event]:
    """What follows by itself from what has just happened: somebody is asked, or the next one, or nobody is left."""
    if (
        not centre.policy(incident.policy).assignment.rules
        or incident.step is None
        or incident.backfill
        or incident.linked
    ):
        return ()
    last = next((one for one in reversed(events) if isinstance(one, (Begins, Passes))), None)
    rules = list(fitting(incident, centre))
    if last is None or not rules:
        return ()
    if isinstance(last, Begins):
        return _ask(incident, rules, centre, now) if incident.assignee is None else ()
    by: Literal["policy", "deadline"] = "deadline" if isinstance(last, IncidentUnanswered) else "policy"
    return _ask(incident, rules, centre, now) or _unclaimed(incident, by, centre, now)


def fitting(incident: Incident, centre: Centre) -> Iterator[tuple[int, AskRule]]:
    """The rules about a matter as it stands, with their places in the policy."""
    policy, category = centre.policy(incident.policy), bare(incident.category)
    severity = policy.severity(incident.severity)
    for place, one in enumerate(policy.assignment.rules):
        reached = one.when == "opened" or incident.status == "accepted"
        if reached and one.fits(incident.tier, severity, category):
            yield place, one


def _ask(
    incident: Incident, rules: Sequence[tuple[int, AskRule]], centre: Centre, now: datetime
) -> Sequence[Event]:
    """The next one of the first rule that has one left."""
    answer = centre.policy(incident.policy).assignment.answer
    passed = incident.assignment.passed if incident.assignment else ()
    for place, one in rules:
        if (contact := centre.roster.best(one.role, incident.area, passed)) is not None:
            asked = IncidentAssigned(
                **incident.matter,
                occurred_at=now,
                actor=SYSTEM,
                assignee=contact.reference,
                role=contact.role,
                by="policy",
                candidate=_asked(incident) + 1,
                answer_by=now + answer if answer else None,
                rule=rule(incident, "assignment", "rules", place),
            )
            return [asked]
    return []


def _unclaimed(
    incident: Incident, by: Literal["policy", "deadline"], centre: Centre, now: datetime
) -> Sequence[Event]:
    """An alarm, and where the policy says so, something is above and nobody else has it, the matter climbs."""
    under = rule(incident, "assignment", "unclaimed")
    passed = incident.assignment.passed if incident.assignment else ()
    alarm = IncidentUnclaimed(**incident.matter, occurred_at=now, actor=SYSTEM, asked=len(passed), rule=under)
    if incident.away is not None or centre.policy(incident.policy).assignment.unclaimed == "alarm":
        return [alarm]
    try:
        above = next_up(incident, None, centre.policies, centre.tiers)
    except Refused:
        return [alarm]
    noted = evolve(incident, alarm, now)
    return [alarm, *hand_over(noted, above, REASONS["unclaimed"], by, Act(SYSTEM, now, now, under))]


def _answering(incident: Incident, actor: Actor) -> None:
    if not _is_assignee(incident, actor):
        raise Refused("not-the-assignee")
    if _taken(incident):
        raise Refused("already-taken")


def _is_assignee(incident: Incident, actor: Actor) -> bool:
    return incident.assignee is not None and acts_for(actor.ref, incident.assignee)


def _taken(incident: Incident) -> bool:
    return incident.assignment is not None and incident.assignment.taken_at is not None


def _asked(incident: Incident) -> int:
    return incident.assignment.asked if incident.assignment else 0
