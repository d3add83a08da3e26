"""回访, 疏导, 帮扶 in the history: what followup did, line by line. Pure.

It decides nothing here, but for the end of a round: the rest is told. The end of a good revisit is said by the closing,
and that one is planned by the resolution.
"""

from datetime import datetime

from schemas.base import Event, Tier
from schemas.care import (
    CareEvent,
    CounsellingRecorded,
    SupportPlanEnded,
    SupportPlanStarted,
    SupportPlanStepRecorded,
)
from schemas.followup import (
    RevisitCompleted,
    RevisitEvent,
    RevisitOverdue,
    RevisitVisited,
    RoundCompleted,
    RoundOverdue,
    RoundPlanned,
    RoundVisited,
)
from schemas.routing import Entry
from services.routing.entries import MOMENT
from services.routing.history import counted
from services.routing.incident import Incident

LISTENS_TO: tuple[type[RevisitEvent | CareEvent], ...] = (
    RevisitVisited,
    RevisitOverdue,
    RoundPlanned,
    RoundVisited,
    RoundOverdue,
    CounsellingRecorded,
    SupportPlanStarted,
    SupportPlanStepRecorded,
    SupportPlanEnded,
)
TOLD = frozenset[type[Event]](LISTENS_TO)
"""What changes nothing but the history: a line is added, and the state need not be known for it."""
LINES = TOLD | {RevisitCompleted, RoundCompleted}


def line_of(tier: Tier, event: Event, recorded_at: datetime) -> Entry | None:
    """The line that something of followup's adds; `recorded_at` is when followup recorded it. None of other events."""
    if type(event) not in LINES:  # asked of every message there is: a look at its exact type is cheap
        return None
    assert isinstance(event, RevisitEvent | CareEvent)
    if isinstance(event, RevisitCompleted) and event.outcome != "relapse":
        return None
    return Entry(
        event=event.type,
        tier=tier,
        occurred_at=event.occurred_at,
        recorded_at=recorded_at,
        actor=event.actor,
        detail=detail(event),
        rule=event.rule,
    )


def with_line(incident: Incident, line: Entry) -> Incident:
    """The incident with one line more."""
    return incident.changed(history=(*incident.history, line), lines=counted(incident.lines, (line,)))


def detail(event: RevisitEvent | CareEvent) -> str | None:
    """Which round or plan, which party by reference and role, and what came of it; codes only."""
    match event:
        case RevisitVisited():
            return _visit(event)
        case RoundVisited():
            return f"{_round(event.round)} {_visit(event)}"
        case RoundPlanned():
            return f"{_round(event.round)} {event.due_at:{MOMENT}}"
        case RoundOverdue():
            return _round(event.round)
        case RoundCompleted():
            return f"{_round(event.round)} {_ending(event)}"
        case RevisitCompleted():
            return _ending(event)
        case CareEvent():
            return _care(event)
        case _:
            return None


def _round(number: int) -> str:
    return f"round:{number}"


def _visit(event: RevisitVisited | RoundVisited) -> str:
    return f"{event.party} {event.role} {event.means} {event.result}"


def _ending(event: RevisitCompleted | RoundCompleted) -> str:
    """How a round ended, and who was not asked any more because it had."""
    result = "reopened" if event.outcome == "relapse" else event.outcome
    unasked = ("unasked", *event.unasked) if event.unasked else ()
    return " ".join([result, *filter(None, [event.reason]), *unasked])


def _care(event: CareEvent) -> str:
    whom = f"{event.party} {event.role}"
    match event:
        case CounsellingRecorded():
            return f"{whom} {event.counselling}"
        case SupportPlanStarted():
            return f"plan:{event.number} {whom} {event.purpose} {event.until:{MOMENT}}"
        case SupportPlanStepRecorded():
            return f"plan:{event.number} {whom} {event.aid}"
        case SupportPlanEnded():
            return f"plan:{event.number} {whom} {event.purpose} {event.reason or event.by}"
        case _:
            return whom
