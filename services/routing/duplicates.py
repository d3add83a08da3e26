"""合并: the same matter from several doors is handled once; what is linked rests with its lead. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.base import SYSTEM, Event
from schemas.codes import bare
from schemas.duplicates import (
    Candidate,
    Dismiss,
    DuplicateDismissed,
    DuplicateProposed,
    IncidentLinked,
    IncidentUnlinked,
    Link,
    ProposalForwarded,
    TieAction,
    Unlink,
)
from services.routing.changes import evolve
from services.routing.clocks import Policies, reckoned
from services.routing.incident import Incident, Move
from services.routing.leads import Beside, resolved_with
from services.routing.refusal import Refused
from services.routing.rules import rule


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
    _loose(incident, checked, now)
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


def _loose(incident: Incident, lead: Incident, now: datetime) -> None:
    """Nothing may hang on an incident that comes to rest, also what no timer is left for. Raises `Refused`.

    A time to answer stands still with it, as its clock does; reminders go on for a lead that is listed too.
    """
    if incident.ties.duplicates:
        raise Refused("has-duplicates")
    unwatched = incident.listing is not None and lead.listing is None
    held = unwatched or incident.away is not None
    called = any(one.open for one in incident.whistles) or any(one.pending for one in incident.sessions)
    if held or called:
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
