"""Whom a decision may have to know before it is taken: nobody, unless the matter's policy asks for it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policy.assignment import Assignment
from schemas.actions import Accept, Assign
from schemas.assignment import Decline
from schemas.base import Event
from schemas.codes import bare
from schemas.followup import RevisitCompleted, RoundCompleted
from schemas.handoff import ActionForwarded, IncidentHandedOver
from schemas.intake import ActionReceived, IncidentReported
from schemas.whistle_actions import Whistle
from services.routing.centre import Centre
from services.routing.incident import Incident, Timer
from services.routing.opening import version_kept
from services.routing.whistling import calls_of


@dataclass(frozen=True, slots=True)
class Need:
    """Areas in which somebody of some roles may be asked, and references somebody has named."""

    areas: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()


def together(needs: Iterable[Need | None]) -> Need | None:
    """What all decisions of a transaction need at once; None if they need nobody."""
    wanted = [one for one in needs if one is not None]
    if not wanted:
        return None
    return Need(
        frozenset().union(*(one.areas for one in wanted)),
        frozenset().union(*(one.roles for one in wanted)),
        frozenset().union(*(one.references for one in wanted)),
    )


def needed(incidents: Mapping[str, Incident], event: Event | None, centre: Centre) -> Need | None:
    """Whom it takes to decide about something that arrives."""
    match event:
        case IncidentReported():
            return _asking(None, event.area, centre)
        case IncidentHandedOver(to_tier=to_tier) if to_tier == centre.tier:
            kept = version_kept(event, incidents.get(event.incident_id), centre)
            return _asking(kept, event.area, centre)
        case ActionReceived() | ActionForwarded():
            return needed_for(incidents.get(event.incident_id), event.action, centre)
        case RevisitCompleted(outcome="relapse") | RoundCompleted(outcome="relapse"):
            return _unless_given(incidents.get(event.incident_id), centre)
        case _:
            return None


def needed_for(incident: Incident | None, action: object, centre: Centre) -> Need | None:
    """Whom it takes to decide about an action."""
    match action:
        case Accept():
            return _unless_given(incident, centre)
        case Decline() if incident is not None:
            return _asking(incident.policy, incident.area, centre)
        case Assign(assignee=assignee) if _terms(incident, centre).looks:
            return Need(references=frozenset((assignee,)))
        case Whistle() if incident is not None:
            return _called(incident, action, centre)
        case _:
            return None


def _called(incident: Incident, whistle: Whistle, centre: Centre) -> Need | None:
    """Whom it takes to know who is there for the roles that are called."""
    calls = calls_of(incident, whistle, centre.policy(incident.policy))
    roles = frozenset(bare(one.role) for one in calls if one.ref is None)
    return Need(frozenset((incident.area,)), roles) if roles else None


def needed_late(incident: Incident, passed: Timer, centre: Centre) -> Need | None:
    """Whom it takes to decide what a passed timer does."""
    return _asking(incident.policy, incident.area, centre) if passed.step == "answer" else None


def _unless_given(incident: Incident | None, centre: Centre) -> Need | None:
    """Whom it takes where nobody has the matter; one that is only being reported is looked after by its report."""
    if incident is None or incident.assignee is not None:
        return None
    return _asking(incident.policy, incident.area, centre)


def _terms(incident: Incident | None, centre: Centre) -> Assignment:
    return centre.policy(incident.policy if incident else None).assignment


def _asking(policy: str | None, area: str, centre: Centre) -> Need | None:
    rules = centre.policy(policy).assignment.rules
    roles = frozenset(one.role for one in rules if one.tier == centre.tier)
    return Need(frozenset((area,)), roles) if roles else None
