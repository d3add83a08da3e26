"""What each event adds to the figures: a pure table from events to increments of additive cells."""

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.base import Event, Matter
from schemas.codes import bare
from schemas.declarations import EligibleRecorded
from schemas.duplicates import DuplicateDismissed, DuplicateProposed, IncidentLinked, IncidentUnlinked
from schemas.followup import (
    RevisitCompleted,
    RevisitOverdue,
    RevisitPlanned,
    RevisitVisited,
)
from schemas.intake import ActivityRecorded, IncidentReported
from schemas.routing import (
    IncidentAccepted,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentReopened,
    IncidentResolved,
    IncidentReturned,
    IncidentSuspended,
)
from services.metrics import (
    activities,
    asking,
    care,
    cohorts,
    gaming,
    joint,
    referral_facts,
    rounds,
    standing,
    supervised,
)
from services.metrics.counting import Cell, Counter, Increment

LISTENS_TO = (
    IncidentReported, IncidentOpened, IncidentAccepted, IncidentEscalated, IncidentReturned, IncidentOverdue,
    IncidentSuspended, IncidentExtended, IncidentResolved, IncidentReopened, IncidentClosed, RevisitPlanned,
    RevisitVisited, RevisitOverdue, RevisitCompleted, IncidentStillOverdue,
    *joint.LISTENS_TO, *rounds.LISTENS_TO, *care.LISTENS_TO, *supervised.LISTENS_TO,
    *asking.LISTENS_TO,
    ActivityRecorded, EligibleRecorded, *referral_facts.COUNTED,
    DuplicateProposed, DuplicateDismissed, IncidentLinked, IncidentUnlinked,
)  # fmt: skip


def increments(event: Event, zone: tzinfo) -> list[Increment]:
    """What an event adds to the cells of its tier; the day is that of the event, in the policy's time zone.

    Measures beginning with `cohort.` count under the day of the report instead of the day of the event.
    """
    if isinstance(event, EligibleRecorded):
        return [_eligible(event)]
    if isinstance(event, ActivityRecorded):
        return list(activities.done(event, zone))
    assert isinstance(event, Matter)
    count = Counter(event, zone)
    counted = list(_PARTS.get(type(event), _of)(event, count))
    if type(event) in cohorts.TYPES:
        counted += cohorts.of(event, count)
    counted += list(standing.of(event, counted, count))
    return counted


def _eligible(event: EligibleRecorded) -> Increment:
    """Under the first day of the month it is about, and the channel its matters come through."""
    channel = event.channel or f"channel/1:{bare(event.body)}"
    cell = Cell("referral.eligible", event.area, f"{event.month}-01", "", channel)
    return cell, (event.count or 0) - (event.replaces or 0)


def _of(event: Matter, count: Counter) -> Iterator[Increment]:
    match event:
        case IncidentReported():
            yield from _reported(event, count)
        case IncidentOpened():
            yield count.at(event.occurred_at, "opened")
            yield count.at(event.occurred_at, "open")
        case IncidentAccepted():
            yield count.at(event.occurred_at, "accepted")
            yield from count.took("time_to_accept", event.opened_at, event.occurred_at)
        case IncidentEscalated() | IncidentReturned():
            yield from _handed_on(event, count)
        case IncidentOverdue():
            yield count.at(event.occurred_at, f"overdue.{event.step}")
        case IncidentStillOverdue():
            yield count.at(event.occurred_at, "overdue_again")
        case IncidentSuspended():
            yield count.at(event.occurred_at, "suspended")
        case IncidentExtended():
            yield count.at(event.occurred_at, "extended")
        case DuplicateProposed() | DuplicateDismissed() | IncidentLinked() | IncidentUnlinked():
            yield from _tied(event, count)
        case IncidentResolved():
            yield from _resolved(event, count, event.occurred_at, 1)
            yield count.at(event.occurred_at, "resolutions")
            yield count.at(event.reported_at, "cohort.resolved")
            yield from gaming.counts(event, count)
        case IncidentReopened():
            yield from _undone(event, count)
            yield from gaming.counts(event, count)
        case IncidentClosed():
            yield count.at(event.occurred_at, "closed")
            yield count.at(event.reported_at, "cohort.closed")
            yield from gaming.counts(event, count)
        case _:
            return


def _referral(event: Matter, count: Counter) -> Iterator[Increment]:
    for moment, measure, by in referral_facts.counts(event):
        yield count.at(moment, measure, by)


def _reported(event: IncidentReported, count: Counter) -> Iterator[Increment]:
    """A report, and what is known of the matter from its beginning."""
    yield count.at(event.reported_at, "received")
    if event.triage:
        yield count.at(event.reported_at, "triaged")
    if event.proposed_severity not in {None, event.severity}:
        yield count.at(event.reported_at, "triage_overruled")
    if event.referred_by is not None:
        yield count.at(event.reported_at, "referral.offered")
    if event.derived_from is not None:
        yield count.at(event.reported_at, "derived")


def _handed_on(event: IncidentEscalated | IncidentReturned, count: Counter) -> Iterator[Increment]:
    """What severity sends on at once was never open here, and going down by it is no return."""
    if isinstance(event, IncidentEscalated):
        yield count.at(event.occurred_at, "escalated")
    else:
        yield count.at(event.occurred_at, "sent_down" if event.by == "policy" else "returned")
    if event.by != "policy" or bare(event.reason) != "severity":
        yield count.at(event.occurred_at, "open", -1)


def _tied(
    event: DuplicateProposed | DuplicateDismissed | IncidentLinked | IncidentUnlinked, count: Counter
) -> Iterator[Increment]:
    """What is linked is not open a second time."""
    yield count.at(event.occurred_at, event.type.split(".")[1])
    if isinstance(event, (IncidentLinked, IncidentUnlinked)):
        yield count.at(event.occurred_at, "open", -1 if isinstance(event, IncidentLinked) else 1)


def _resolved(event: IncidentResolved, count: Counter, moment: datetime, by: int) -> Iterator[Increment]:
    if event.by_lead is not None:  # the lead is counted for it, and it is not open since it was linked
        yield count.at(moment, "resolved_with_lead", by)
        return
    yield count.at(moment, "resolved", by)
    yield count.at(moment, "open", -by)
    yield from count.took("time_to_resolve", event.reported_at, moment, by=by)
    if event.on_time is not None:
        yield count.at(moment, "with_target", by)
        yield count.at(moment, "on_time", by * event.on_time)


def _undone(event: IncidentReopened, count: Counter) -> Iterator[Increment]:
    """A relapse takes the resolution back from the cells it was counted in, and the closing where there was one."""
    yield count.at(event.occurred_at, "reopened")
    yield count.at(event.reported_at, "cohort.resolved", -1)
    yield count.at(event.occurred_at, "open")
    if event.closed_at is not None:
        yield count.at(event.closed_at, "closed", -1)
        yield count.at(event.reported_at, "cohort.closed", -1)
    if event.by_lead is not None:
        yield count.at(event.resolved_at, "resolved_with_lead", -1)
        return
    yield count.at(event.resolved_at, "resolved", -1)
    yield from count.took("time_to_resolve", event.reported_at, event.resolved_at, by=-1)
    if event.on_time is not None:
        yield count.at(event.resolved_at, "with_target", -1)
        yield count.at(event.resolved_at, "on_time", -1 * event.on_time)


def _revisit(event: Matter, count: Counter) -> Iterator[Increment]:
    """Refused, unreachable and pending are counted apart and never as satisfied."""
    match event:
        case RevisitPlanned():
            for party in event.parties:
                yield count.at(event.resolved_at, f"answer.{bare(party.role)}.pending")
        case RevisitVisited():
            role = bare(event.role)
            before = "pending" if event.replaces is None else bare(event.replaces)
            yield count.at(event.resolved_at, f"answer.{role}.{before}", -1)
            yield count.at(event.resolved_at, f"answer.{role}.{bare(event.result)}")
        case RevisitOverdue():
            yield count.at(event.occurred_at, "revisit_overdue")
        case RevisitCompleted():
            yield count.at(event.resolved_at, "revisited")
            yield from count.took("time_to_revisit", event.resolved_at, event.occurred_at)
            for role in event.unasked:
                yield count.at(event.resolved_at, f"answer.{bare(role)}.pending", -1)
                yield count.at(event.resolved_at, f"answer.{bare(role)}.unasked")
        case _:
            return


_Part = Callable[[Any, Counter], Iterator[Increment]]
_PARTS: dict[type[Event], _Part] = {
    **dict.fromkeys((RevisitPlanned, RevisitVisited, RevisitOverdue, RevisitCompleted), _revisit),
    **dict.fromkeys(supervised.LISTENS_TO, supervised.of),
    **dict.fromkeys(asking.LISTENS_TO, asking.of),
    **dict.fromkeys(joint.LISTENS_TO, joint.of),
    **dict.fromkeys(rounds.LISTENS_TO, rounds.of),
    **dict.fromkeys(care.LISTENS_TO, care.of),
    **dict.fromkeys(referral_facts.COUNTED, _referral),
}
"""Which part counts an event; `_of` counts the others. Found at once: an event is counted in microseconds, and to ask
what it is, one kind after the other, took half of them."""
