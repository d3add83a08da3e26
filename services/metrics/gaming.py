"""What is counted for flags, and which incidents stand behind it. Pure: an event always gives the same."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from policy.watching import MINUTES, TAIL
from schemas.base import Event
from schemas.routing import IncidentClosed, IncidentReopened, IncidentResolved
from services.metrics.counting import Counter, day_of

Done = IncidentResolved | IncidentClosed
Kept = Done | IncidentReopened


class Evidence(NamedTuple):
    """An incident behind a figure that may be flagged: from when until when, in UTC. Nothing of any person."""

    kind: str
    area: str
    day: str
    incident_id: str
    since: datetime
    until: datetime


def counts(event: Kept, count: Counter) -> None:
    """What an event adds: a closing that did not last under its own day, what one hand did under the day it did it."""
    match event:
        case IncidentReopened(closed_at=closed_at) if closed_at is not None:
            count.at(closed_at, "closed_undone")
        case IncidentResolved() | IncidentClosed():
            if event.same_hand is not None:
                count.at(event.occurred_at, f"one_hand.{_about(event)}.known")
            for minutes in _within(event):
                count.at(event.occurred_at, f"one_hand.{_about(event)}.{minutes}")
        case _:
            return


def evidence(event: Event, zone: tzinfo) -> Iterator[Evidence]:
    """The incident of an event, for each figure it may have to stand for."""
    match event:
        case IncidentReopened(closed_at=closed_at) if closed_at is not None:
            yield _of(event, "closed_undone", zone, closed_at, event.occurred_at)
        case IncidentResolved() | IncidentClosed():
            begin, about = event.reported_at, _about(event)
            if event.same_hand and any(_within(event)):
                yield _of(event, f"one_hand.{about}", zone, begin, event.occurred_at)
            if _in_the_tail(day_of(event.occurred_at, zone)):
                yield _of(event, about, zone, begin, event.occurred_at)
        case _:
            return


def _of(event: Kept, kind: str, zone: tzinfo, since: datetime, until: datetime) -> Evidence:
    """Under the day of what is flagged: of a closing that did not last, that of the closing."""
    day = day_of(since if kind == "closed_undone" else until, zone)
    return Evidence(kind, event.area, day, event.incident_id, since, until)


def _about(event: Done) -> str:
    return "resolved" if isinstance(event, IncidentResolved) else "closed"


def _within(event: Done) -> Iterator[int]:
    """The times it kept, if the hand that did it is the one that made the report."""
    took = event.occurred_at - event.reported_at
    if event.same_hand:
        yield from (one for one in MINUTES if took <= timedelta(minutes=one))


@lru_cache(maxsize=1000)
def _in_the_tail(day: str) -> bool:
    one = date.fromisoformat(day)
    return one.day > monthrange(one.year, one.month)[1] - TAIL
