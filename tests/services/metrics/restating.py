"""Histories that restate days, and the readers they are given to."""

from datetime import timedelta

from messaging.envelope import Record
from messaging.inbox import Inbox, Reading
from messaging.layout import headers_of
from schemas.metrics import MetricCell, MetricHeartbeat, MetricRestated
from schemas.routing import IncidentAccepted, IncidentClosed
from schemas.topics import TOPICS
from services.metrics.desk import Desk
from services.metrics.facts import LISTENS_TO
from services.metrics.hearing import Hearing
from tests.builders import INCIDENT, MATTER, NOW, OFFICER, REPORTED_AT, later, reported, resolved
from tests.services.metrics.counted import ZONE, reopened

ROUTING = TOPICS["village.routing"]
CELLS = TOPICS["village.metrics"]


def recorded(event, seq, at, key=INCIDENT, topic=ROUTING):
    """The record of an event, with the time its owner recorded it at."""
    row = {
        "topic": topic.name, "key": key, "seq": seq, "type": event.type, "occurred_at": event.occurred_at,
        "recorded_at": at, "traceparent": None,
    }  # fmt: skip
    headers = tuple(headers_of(row, topic.source))
    return Record(topic.name, 0, seq, key.encode(), headers, event.model_dump_json().encode())


def accepted(at=NOW):
    return IncidentAccepted(**MATTER, occurred_at=at, actor=OFFICER, opened_at=REPORTED_AT)


def closed(at):
    return IncidentClosed(**MATTER, occurred_at=at, actor=OFFICER, attempt=1, resolved_at=later(hours=1))


def a_september():
    """(event, recorded at, record) of twelve incidents of September, some late, closed in October, some relapsed."""
    return [
        (event, at, recorded(event, seq, at, f"0199f2c4-7a31-7c58-9d0e-{which:012d}", topic))
        for which in range(12)
        for seq, topic, event, at in _of_one(which)
    ]


def _of_one(which):
    odd = timedelta(minutes=which, seconds=1)  # no two are recorded at the same moment
    place = {
        "incident_id": f"0199f2c4-7a31-7c58-9d0e-{which:012d}",
        "area": f"620522101{which % 3 + 201}",
        "category": f"category/1:{('land', 'family')[which % 2]}",
        "reported_at": REPORTED_AT + timedelta(days=which),
    }
    solved, done = later(days=which + 2), later(days=which + 20)
    steps = [
        (1, ROUTING, accepted(later(days=which)), later(days=which + which % 4)),
        (2, ROUTING, resolved(occurred_at=solved, on_time=which % 3 > 0), solved + timedelta(days=which % 5)),
        (3, ROUTING, closed(done), done + timedelta(days=which % 2)),
    ]
    if which % 2:
        again = reopened(occurred_at=later(days=50), resolved_at=solved, closed_at=done)
        steps.append((4, ROUTING, again, later(days=50 + which)))
    said = reported(occurred_at=place["reported_at"])
    every = [(1, TOPICS["village.intake"], said, place["reported_at"]), *steps]
    return [(seq, topic, event.model_copy(update=place), at + odd) for seq, topic, event, at in every]


def counting(database):
    """The village's reader of its own events."""
    desk = Desk("village", ZONE, Hearing(database))
    reading = Reading((ROUTING, TOPICS["village.intake"]), LISTENS_TO, desk.count)
    return Inbox(database, reading, lambda: None)


def receiving(database):
    """The county's reader of what the village's metrics says."""
    desk = Desk("county", ZONE, Hearing(database))
    reading = Reading((CELLS,), (MetricCell, MetricHeartbeat, MetricRestated), desk.receive)
    return Inbox(database, reading, lambda: None)
