"""What ties an incident to others: the lead it is linked to, those linked to it, and what was proposed. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.base import Event
from schemas.duplicates import (
    Candidate,
    Duplicate,
    DuplicateDismissed,
    DuplicateProposed,
    IncidentJoined,
    IncidentLinked,
    IncidentParted,
    IncidentUnlinked,
)
from schemas.routing import IncidentReopened, IncidentResolved


@dataclass(frozen=True, slots=True)
class Result:
    """How an incident was resolved, for a duplicate that turns up afterwards."""

    method: str
    outcome: str
    agreement: bool


@dataclass(frozen=True, slots=True)
class Ties:
    """The ties of one incident; `lead` stays when it was resolved with its lead."""

    lead: str | None = None
    linked_at: datetime | None = None
    duplicates: tuple[Duplicate, ...] = ()
    proposals: tuple[Candidate, ...] = ()
    result: Result | None = None


UNTIED = Ties()


def changed(before: Ties, event: Event, now: datetime) -> Ties:
    """The ties after an event of the incident."""
    match event:
        case DuplicateProposed(candidates=candidates):
            return replace(before, proposals=candidates)
        case DuplicateDismissed(lead=lead):
            return replace(before, proposals=_without(before.proposals, lead))
        case IncidentLinked(lead=lead):
            return replace(before, lead=lead, linked_at=now)
        case IncidentUnlinked(lead=lead):
            kept = _without(before.proposals, lead)
            return replace(before, lead=None, linked_at=None, proposals=kept)
        case IncidentJoined() | IncidentParted():
            return replace(before, duplicates=_together(before.duplicates, event))
        case IncidentResolved():
            return replace(before, duplicates=(), result=Result(event.method, event.outcome, event.agreement))
        case IncidentReopened():
            return replace(before, lead=None, linked_at=None, result=None)
        case _:
            return before


def _without(proposals: tuple[Candidate, ...], lead: str) -> tuple[Candidate, ...]:
    return tuple(one for one in proposals if one.lead != lead)


def _together(
    duplicates: tuple[Duplicate, ...], event: IncidentJoined | IncidentParted
) -> tuple[Duplicate, ...]:
    """A resolved lead has none any more: whoever is linked to it is resolved at once."""
    others = tuple(one for one in duplicates if one.incident_id != event.duplicate)
    if isinstance(event, IncidentParted) or event.tier is None:
        return others
    return (*others, Duplicate(incident_id=event.duplicate, tier=event.tier))


def detail(event: Event) -> str | None:
    """What a reader of the history wants to know of it."""
    match event:
        case DuplicateProposed(candidates=candidates):
            return " ".join(f"{one.lead}:{one.score}" for one in candidates)
        case IncidentLinked(lead=lead, by=by):
            return f"{lead} {by}"
        case IncidentUnlinked(lead=lead, reason=reason):
            return f"{lead} {reason}"
        case DuplicateDismissed(lead=lead):
            return lead
        case IncidentJoined(duplicate=duplicate) | IncidentParted(duplicate=duplicate):
            return duplicate
        case _:
            return None
