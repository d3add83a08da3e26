"""合并: the same matter from several doors is handled once; what is linked rests with its lead. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.base import SYSTEM, Event
from schemas.codes import bare
from schemas.duplicates import (
    Candidate,
    Dismiss,
    Duplicate,
    DuplicateDismissed,
    DuplicateProposed,
    IncidentJoined,
    IncidentLinked,
    IncidentParted,
    IncidentUnlinked,
    LeadResolved,
    Link,
    ProposalForwarded,
    TieAction,
    Unlink,
)
from schemas.routing import IncidentResolved
from services.routing.changes import evolve
from services.routing.clocks import Policies, reckoned
from services.routing.incident import Incident, Move
from services.routing.offers import answers
from services.routing.refusal import Refused
from services.routing.rules import rule
from services.routing.ties import Result

Beside = Mapping[str, Incident]
"""Other incidents of this tier that a decision looks at, by id; locked as the one that is decided on."""
ALONE: Beside = {}
CLOCK_STEPS = ("accept", "handle")


def decide(
    incident: Incident, action: TieAction, by: dict[str, Any], context: tuple[Policies, Beside], now: datetime
) -> Sequence[Event]:
    """The events of an action on an incident's ties. Raises `Refused`."""
    policies, beside = context
    match action:
        case Link(lead=lead):
            return link(incident, beside.get(lead), by, policies, now)
        case Unlink():
            return [_unlink(incident, action, by, policies, now)]
        case Dismiss(lead=lead):
            if all(one.lead != lead for one in incident.ties.proposals):
                raise Refused("not-proposed")
            return [DuplicateDismissed(**incident.matter, **by, lead=lead)]


def link(
    incident: Incident, lead: Incident | None, by: dict[str, Any], policies: Policies, now: datetime
) -> Sequence[Event]:
    """Its clock stands still and its lead is handled for both; a resolved lead resolves it. Raises `Refused`."""
    checked = _lead(incident, lead, policies)
    _loose(incident, now)
    linked = IncidentLinked(
        **incident.matter, **by, lead=checked.incident_id, step=incident.step, due_at=incident.due_at
    )
    if checked.status != "resolved" or checked.ties.result is None:
        return [linked]
    return [linked, resolved_with(incident, checked.incident_id, checked.ties.result, by)]


def _lead(incident: Incident, lead: Incident | None, policies: Policies) -> Incident:
    """The lead, if it can be one. Raises `Refused`."""
    if lead is None:
        raise Refused("unknown-lead")
    if lead.incident_id == incident.incident_id:
        raise Refused("same-incident")
    if not lead.owned:
        raise Refused("lead-elsewhere")
    if lead.ties.lead is not None:
        raise Refused("lead-is-linked")
    over = lead.status not in {"open", "accepted", "resolved"}
    if over or (lead.status == "resolved" and lead.ties.result is None):
        raise Refused("lead-closed")
    if len(lead.ties.duplicates) >= policies[incident.policy].duplicates.at_most:
        raise Refused("too-many-duplicates")
    return lead


def _loose(incident: Incident, now: datetime) -> None:
    """Nothing may hang on an incident that comes to rest. Raises `Refused`."""
    if incident.ties.duplicates:
        raise Refused("has-duplicates")
    held = incident.listing is not None or incident.away is not None
    if held or any(one.step not in CLOCK_STEPS for one in incident.timers):
        raise Refused("still-called")
    if incident.due_at is not None and incident.due_at <= now:
        raise Refused("time-is-up")


def _unlink(
    incident: Incident, action: Unlink, by: dict[str, Any], policies: Policies, now: datetime
) -> Event:
    """The clock runs on with what was left, if it ran when the incident was linked. Raises `Refused`."""
    if not incident.linked:
        raise Refused("not-linked")
    rests = incident.moves[-1:] and incident.moves[-1].kind == "linked"
    due = reckoned(incident, policies, Move("unlinked", now)) if rests else None
    return IncidentUnlinked(
        **incident.matter,
        **by,
        lead=incident.ties.lead,
        reason=action.reason,
        step=incident.step,
        due_at=due.at if due else None,
        provisional=due is not None and due.provisional,
    )


def propose(
    incident: Incident, proposed: DuplicateProposed, policies: Policies, beside: Beside, now: datetime
) -> tuple[Incident, Sequence[Event]]:
    """A proposal is noted; it links where the policy has a rule for it and nothing is against it."""
    after = evolve(incident, proposed, now)
    best = proposed.candidates[0]
    from_score = policies[incident.policy].duplicates.rules(bare(incident.category)).link
    if from_score is None or best.score < from_score or after.step is None or after.linked:
        return after, []
    by = {"occurred_at": proposed.occurred_at, "actor": SYSTEM, "rule": rule(incident, "duplicates", "link")}
    try:
        events = link(after, beside.get(best.lead), by, policies, now)
    except Refused:
        return after, []
    return after, [_by_rule(one, best) for one in events]


def _by_rule(event: Event, best: Candidate) -> Event:
    if not isinstance(event, IncidentLinked):
        return event
    return event.model_copy(update={"by": "policy", "score": best.score})


def forwarded(incident: Incident, proposed: DuplicateProposed) -> Event:
    """A proposal for an incident that was handed over is for its owner."""
    return ProposalForwarded(
        to_tier=incident.owner,
        from_tier=incident.tier,
        incident_id=incident.incident_id,
        occurred_at=proposed.occurred_at,
        proposed=proposed,
    )


def resolved_with(incident: Incident, lead: str, result: Result, by: dict[str, Any]) -> Event:
    """A duplicate is resolved with its lead, and revisited as any other; on time is what the lead was."""
    return IncidentResolved(
        **incident.matter,
        **by,
        parties=incident.parties,
        method=result.method,
        outcome=result.outcome,
        agreement=result.agreement,
        attempt=incident.attempt,
        target_at=None,
        on_time=None,
        policy=incident.policy,
        by_lead=lead,
    )


def follow(incident: Incident | None, told: LeadResolved) -> Sequence[Event]:
    """What another tier says of the lead; nothing, if the incident is not linked to it any more."""
    if incident is None or not incident.linked or incident.ties.lead != told.lead:
        return []
    result = Result(told.method, told.outcome, told.agreement)
    return [
        resolved_with(incident, told.lead, result, {"occurred_at": told.occurred_at, "actor": told.actor})
    ]


Turn = tuple[Incident | None, Sequence[Event]]


def consequences(before: Incident, events: Sequence[Event], beside: Beside, now: datetime) -> list[Turn]:
    """What the events of one incident do to those it is tied to: those afterwards, and their own events."""
    turns: list[Turn] = []
    for event in events:
        match event:
            case IncidentLinked() | IncidentUnlinked():
                turns += _at_the_lead(before, event, beside, now)
            case IncidentResolved(by_lead=None):
                turns += [_with_its_lead(before, one, event, beside, now) for one in before.ties.duplicates]
            case _:
                continue
    return [one for one in turns if one[1]]


def _at_the_lead(
    duplicate: Incident, event: IncidentLinked | IncidentUnlinked, beside: Beside, now: datetime
) -> list[Turn]:
    """A lead in other hands learns nothing: what counts is what the duplicate says."""
    lead = beside.get(event.lead)
    if lead is None or not lead.owned:
        return []
    fields = {"occurred_at": event.occurred_at, "actor": event.actor, "rule": event.rule}
    fields["duplicate"] = duplicate.incident_id
    said: Event
    if isinstance(event, IncidentLinked):
        tier = None if lead.status == "resolved" else duplicate.tier
        said = IncidentJoined(**lead.matter, **fields, tier=tier)
    elif any(one.incident_id == duplicate.incident_id for one in lead.ties.duplicates):
        said = IncidentParted(**lead.matter, **fields)
    else:
        return []
    return [(evolve(lead, said, now), [said])]


def _with_its_lead(
    lead: Incident, one: Duplicate, event: IncidentResolved, beside: Beside, now: datetime
) -> Turn:
    """One of this tier is resolved in the same breath, one of another tier is told."""
    if one.tier != lead.tier:
        told = LeadResolved(
            to_tier=one.tier,
            from_tier=lead.tier,
            incident_id=one.incident_id,
            occurred_at=event.occurred_at,
            actor=event.actor,
            lead=lead.incident_id,
            method=event.method,
            outcome=event.outcome,
            agreement=event.agreement,
        )
        return None, [told]
    duplicate = beside[one.incident_id]
    if not duplicate.linked or duplicate.ties.lead != lead.incident_id:
        return duplicate, []
    by = {"occurred_at": event.occurred_at, "actor": event.actor, "rule": event.rule}
    said = resolved_with(
        duplicate, lead.incident_id, Result(event.method, event.outcome, event.agreement), by
    )
    every = [said, *answers(duplicate, [said])]
    for one_said in every:
        duplicate = evolve(duplicate, one_said, now)
    return duplicate, every


def tied(incidents: Beside, about: Collection[str]) -> frozenset[str]:
    """Who else is concerned by what may happen to some of these: their leads, and their duplicates of this tier."""
    concerned = [incidents[one] for one in about if one in incidents]
    leads = {one.ties.lead for one in concerned if one.linked}
    theirs = {
        other.incident_id
        for one in concerned
        for other in one.ties.duplicates
        if one.owned and other.tier == one.tier
    }
    return frozenset(one for one in leads | theirs if one is not None) - incidents.keys()
