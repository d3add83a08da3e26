"""What is counted for flags, and which incidents stand behind it. Pure: an event always gives the same."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

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


def undone(event: IncidentReopened, count: Counter) -> None:
    """A closing that did not last counts under its own day."""
    if event.closed_at is not None:
        count.at(event.closed_at, "closed_undone")


def done(event: Done, count: Counter) -> None:
    """What one hand did, under the day it did it."""
    if event.same_hand is None:
        return
    count.at(event.occurred_at, f"one_hand.{_about(event)}.known")
    for minutes in _within(event):
        count.at(event.occurred_at, f"one_hand.{_about(event)}.{minutes}")


def evidence(event: Event, zone: tzinfo) -> Iterable[Evidence]:
    """The incident of an event, for each figure it may have to stand for."""
    behind = _BEHIND.get(type(event))
    return () if behind is None else behind(event, zone)


def _behind_undone(event: IncidentReopened, zone: tzinfo) -> Iterator[Evidence]:
    if event.closed_at is not None:
        yield _of(event, "closed_undone", zone, event.closed_at, event.occurred_at)


def _behind_done(event: Done, zone: tzinfo) -> Iterator[Evidence]:
    begin, about = event.reported_at, _about(event)
    if any(_within(event)):
        yield _of(event, f"one_hand.{about}", zone, begin, event.occurred_at)
    if _in_the_tail(day_of(event.occurred_at, zone)):
        yield _of(event, about, zone, begin, event.occurred_at)


_BEHIND: dict[type[Event], Callable[[Any, tzinfo], Iterable[Evidence]]] = {
    IncidentReopened: _behind_undone,
    IncidentResolved: _behind_done,
    IncidentClosed: _behind_done,
}
"""There is none behind most events, which a look at their type says at once."""


def _of(event: Kept, kind: str, zone: tzinfo, since: datetime, until: datetime) -> Evidence:
    """Under the day of what is flagged: of a closing that did not last, that of the closing."""
    day = day_of(since if kind == "closed_undone" else until, zone)
    return Evidence(kind, event.area, day, event.incident_id, since, until)


def _about(event: Done) -> str:
    return "resolved" if type(event) is IncidentResolved else "closed"


def _within(event: Done) -> Iterator[int]:
    """The times it kept, if the hand that did it is the one that made the report."""
    if event.same_hand:
        took = event.occurred_at - event.reported_at
        yield from (one for one in MINUTES if took <= timedelta(minutes=one))


@lru_cache(maxsize=1000)
def _in_the_tail(day: str) -> bool:
    one = date.fromisoformat(day)
    return one.day > monthrange(one.year, one.month)[1] - TAIL
