"""What each event adds to the figures: a pure table from events to increments of additive cells."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.base import Event, IncidentEvent, Matter
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
from schemas.noted import LatenessEvent
from schemas.referrals import IncidentReturnedToSource
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
from services.metrics.counting import Added, Cell, Counter, Increment

LISTENS_TO = (
    IncidentReported, IncidentOpened, IncidentAccepted, IncidentEscalated, IncidentReturned, IncidentOverdue,
    IncidentSuspended, IncidentExtended, IncidentResolved, IncidentReopened, IncidentClosed, RevisitPlanned,
    RevisitVisited, RevisitOverdue, RevisitCompleted, IncidentStillOverdue,
    *joint.LISTENS_TO, *rounds.LISTENS_TO, *care.LISTENS_TO, *supervised.LISTENS_TO,
    *asking.LISTENS_TO,
    ActivityRecorded, EligibleRecorded, *referral_facts.COUNTED,
    DuplicateProposed, DuplicateDismissed, IncidentLinked, IncidentUnlinked,
)  # fmt: skip


def added(event: Event, zone: tzinfo) -> Added:
    """What one of the events listened to adds at its tier; the day is its own, in the policy's time zone.

    Measures beginning with `cohort.` count under the day of the report instead of the day of the event.
    """
    kind = type(event)
    if (alone := _ALONE.get(kind)) is not None:
        return alone(event, zone)
    matter: Any = event  # each part knows its own types
    count = Counter(matter, zone)
    for part in _PARTS.get(kind, ()):
        part(matter, count)
    return count.counted


def increments(event: Event, zone: tzinfo) -> list[Increment]:
    """The same, cell by cell."""
    places = added(event, zone).items()
    return [(Cell(measure, *place), by) for place, counts in places for measure, by in counts.items()]


def _eligible(event: EligibleRecorded, _zone: tzinfo) -> Added:
    """Under the first day of the month it is about, and the channel its matters come through."""
    channel = event.channel or f"channel/1:{bare(event.body)}"
    by = (event.count or 0) - (event.replaces or 0)
    return {(event.area, f"{event.month}-01", "", channel): {"referral.eligible": by}}


def _once(measure: str) -> "_Part":
    """Counts one when it happened, and nothing else."""

    def counted(event: IncidentEvent | DuplicateProposed | RevisitOverdue, count: Counter) -> None:
        count.at(event.occurred_at, measure)

    return counted


def _opened(event: IncidentOpened, count: Counter) -> None:
    count.at(event.occurred_at, "opened")
    standing.opened(event, count, event.occurred_at)


def _accepted(event: IncidentAccepted, count: Counter) -> None:
    count.at(event.occurred_at, "accepted")
    count.took("time_to_accept", event.opened_at, event.occurred_at)


def _overdue(event: IncidentOverdue, count: Counter) -> None:
    count.at(event.occurred_at, f"overdue.{event.step}")


def _settled(event: IncidentResolved, count: Counter) -> None:
    _resolved(event, count, event.occurred_at, 1)
    count.at(event.occurred_at, "resolutions")
    count.at(event.reported_at, "cohort.resolved")
    gaming.done(event, count)


def _closed(event: IncidentClosed, count: Counter) -> None:
    count.at(event.occurred_at, "closed")
    count.at(event.reported_at, "cohort.closed")
    gaming.done(event, count)


def _referral(event: Matter, count: Counter) -> None:
    for moment, measure, by in referral_facts.counts(event):
        count.at(moment, measure, by)
    if type(event) is IncidentReturnedToSource:
        standing.opened(event, count, event.occurred_at, -1)


def _reported(event: IncidentReported, count: Counter) -> None:
    """A report, and what is known of the matter from its beginning."""
    count.at(event.reported_at, "received")
    if event.triage:
        count.at(event.reported_at, "triaged")
    if event.proposed_severity not in {None, event.severity}:
        count.at(event.reported_at, "triage_overruled")
    if event.referred_by is not None:
        count.at(event.reported_at, "referral.offered")
    if event.derived_from is not None:
        count.at(event.reported_at, "derived")


def _handed_on(event: IncidentEscalated | IncidentReturned, count: Counter) -> None:
    """What severity sends on at once was never open here, and going down by it is no return."""
    if isinstance(event, IncidentEscalated):
        count.at(event.occurred_at, "escalated")
    else:
        count.at(event.occurred_at, "sent_down" if event.by == "policy" else "returned")
    if event.by != "policy" or bare(event.reason) != "severity":
        standing.opened(event, count, event.occurred_at, -1)


def _tied(event: IncidentLinked | IncidentUnlinked, count: Counter) -> None:
    """What is linked is not open a second time."""
    linked = isinstance(event, IncidentLinked)
    count.at(event.occurred_at, "linked" if linked else "unlinked")
    standing.opened(event, count, event.occurred_at, -1 if linked else 1)


def _resolved(event: IncidentResolved, count: Counter, moment: datetime, by: int) -> None:
    if event.by_lead is not None:  # the lead is counted for it, and it is not open since it was linked
        count.at(moment, "resolved_with_lead", by)
        return
    count.at(moment, "resolved", by)
    standing.opened(event, count, moment, -by)
    count.took("time_to_resolve", event.reported_at, moment, by=by)
    if event.on_time is not None:
        count.at(moment, "with_target", by)
        count.at(moment, "on_time", by * event.on_time)


def _reopened(event: IncidentReopened, count: Counter) -> None:
    _undone(event, count)
    gaming.undone(event, count)


def _undone(event: IncidentReopened, count: Counter) -> None:
    """A relapse takes the resolution back from the cells it was counted in, and the closing where there was one."""
    count.at(event.occurred_at, "reopened")
    count.at(event.reported_at, "cohort.resolved", -1)
    standing.opened(event, count, event.occurred_at)
    if event.closed_at is not None:
        count.at(event.closed_at, "closed", -1)
        count.at(event.reported_at, "cohort.closed", -1)
    if event.by_lead is not None:
        count.at(event.resolved_at, "resolved_with_lead", -1)
        return
    count.at(event.resolved_at, "resolved", -1)
    count.took("time_to_resolve", event.reported_at, event.resolved_at, by=-1)
    if event.on_time is not None:
        count.at(event.resolved_at, "with_target", -1)
        count.at(event.resolved_at, "on_time", -1 * event.on_time)


def _planned(event: RevisitPlanned, count: Counter) -> None:
    for party in event.parties:
        count.at(event.resolved_at, f"answer.{bare(party.role)}.pending")


def _visited(event: RevisitVisited, count: Counter) -> None:
    """Refused, unreachable and pending are counted apart and never as satisfied."""
    role = bare(event.role)
    before = "pending" if event.replaces is None else bare(event.replaces)
    count.at(event.resolved_at, f"answer.{role}.{before}", -1)
    count.at(event.resolved_at, f"answer.{role}.{bare(event.result)}")


def _revisited(event: RevisitCompleted, count: Counter) -> None:
    count.at(event.resolved_at, "revisited")
    count.took("time_to_revisit", event.resolved_at, event.occurred_at)
    for role in event.unasked:
        count.at(event.resolved_at, f"answer.{bare(role)}.pending", -1)
        count.at(event.resolved_at, f"answer.{bare(role)}.unasked")


_Part = Callable[[Any, Counter], None]
_ALONE: dict[type[Event], Callable[[Any, tzinfo], Added]] = {
    EligibleRecorded: _eligible,
    ActivityRecorded: activities.done,
}
"""What is no matter."""
_OWN: dict[type[Event], _Part] = {
    IncidentReported: _reported,
    IncidentOpened: _opened,
    IncidentAccepted: _accepted,
    **dict.fromkeys((IncidentEscalated, IncidentReturned), _handed_on),
    IncidentOverdue: _overdue,
    IncidentStillOverdue: _once("overdue_again"),
    IncidentSuspended: _once("suspended"),
    IncidentExtended: _once("extended"),
    DuplicateProposed: _once("proposed"),
    DuplicateDismissed: _once("dismissed"),
    **dict.fromkeys((IncidentLinked, IncidentUnlinked), _tied),
    IncidentResolved: _settled,
    IncidentReopened: _reopened,
    IncidentClosed: _closed,
    RevisitPlanned: _planned,
    RevisitVisited: _visited,
    RevisitOverdue: _once("revisit_overdue"),
    RevisitCompleted: _revisited,
    **dict.fromkeys(supervised.LISTENS_TO, supervised.of),
    **dict.fromkeys(asking.LISTENS_TO, asking.of),
    **dict.fromkeys(joint.LISTENS_TO, joint.of),
    **dict.fromkeys(rounds.LISTENS_TO, rounds.of),
    **dict.fromkeys(care.LISTENS_TO, care.of),
    **dict.fromkeys(referral_facts.COUNTED, _referral),
}
_LATE = dict.fromkeys((one for one in LISTENS_TO if issubclass(one, LatenessEvent)), standing.late)
_PARTS: dict[type[Event], tuple[_Part, ...]] = {
    kind: tuple(parts[kind] for parts in (_OWN, cohorts.PARTS, _LATE) if kind in parts) for kind in LISTENS_TO
}
"""Which parts count an event, found at once: to ask what it is, one kind after the other, took half of the time."""
