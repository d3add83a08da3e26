"""A lead and its duplicates: what happens to one of them does something to the others. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.base import Event
from schemas.duplicates import (
    Duplicate,
    IncidentJoined,
    IncidentLinked,
    IncidentParted,
    IncidentUnlinked,
    LeadResolved,
)
from schemas.routing import IncidentResolved
from services.routing.centre import Centre
from services.routing.changes import evolve
from services.routing.incident import Incident
from services.routing.offers import answers
from services.routing.ties import Result

Beside = Mapping[str, Incident]
"""Other incidents of this tier that a decision looks at, by id; locked as the one that is decided on."""
ALONE: Beside = {}


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


def consequences(
    before: Incident, events: Sequence[Event], beside: Beside, centre: Centre, now: datetime
) -> list[Turn]:
    """What the events of one incident do to those it is tied to: those afterwards, and their own events."""
    turns: list[Turn] = []
    for event in events:
        match event:
            case IncidentLinked() | IncidentUnlinked():
                turns += _at_the_lead(before, event, beside, now)
            case IncidentResolved(by_lead=None):
                turns += [
                    _with_its_lead((before, one), event, beside, centre, now)
                    for one in before.ties.duplicates
                ]
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
    tie: tuple[Incident, Duplicate], event: IncidentResolved, beside: Beside, centre: Centre, now: datetime
) -> Turn:
    """One of this tier is resolved in the same breath, one of another tier is told."""
    lead, one = tie
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
    every = [said, *answers(duplicate, [said], centre.policy(duplicate.policy))]
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
