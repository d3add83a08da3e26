"""An installation of the first release, brought up to date, goes on where it stopped."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from messaging import outbox
from messaging.health import Health
from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from messaging.relay import Relay
from messaging.timer import Timer
from policy.load import policies as policies_of
from schemas.metrics import MetricCell
from schemas.topics import topics_read_by
from services.followup import store as revisits
from services.followup.desk import Desk as Visitors
from services.intake import store as reports
from services.metrics.publisher import Publisher
from services.routing import store as incidents
from services.routing.app import LISTENS_TO
from services.routing.centre import Centre
from services.routing.desk import Desk
from tests.builders import NOW, ROOT, a_centre, a_draft, a_record, policies, reported
from tests.messaging.tiny import letters, rows
from tests.messaging.wire import read, running, sequences, unsent, until

pytestmark = pytest.mark.system
LATE, LATE_ACCEPTED = "38f12d92-a28f-47d8-bce4-4e27424458b6", "d09e0492-4d52-4c61-8bed-ce030297c5e5"
RUNNING, RESOLVED = "f3a16071-2456-4e76-aaad-d6b855c6b62b", "05adb3fc-4f63-4127-9a23-bef7be506564"
CLOSED, CLIMBED = "9a508bb1-f4c9-4a65-b868-e6d9ca0bc36c", "2769e927-e4bf-4564-8537-2ef440e5c51e"
WITHOUT_ITS_REPORT = "a1865506-aadb-4831-9b25-f81fcec1496e"
"""An incident whose second event came, and waits for the first."""
VISIT_LATE = "fc45228f-4bd5-41b0-b41b-5669a0729b23"
THEN, FAR = datetime(2024, 5, 6, 1, 20, tzinfo=UTC), datetime(2199, 5, 6, tzinfo=UTC)


async def test_what_was_not_sent_is_sent_in_order_and_new_events_follow(upgraded, kafka):
    database = await upgraded("routing")
    waiting = await rows(
        database, "select topic, key, seq, data from unsent join outbox using (id) order by id"
    )
    async with database.transaction() as tx:
        await outbox.put(tx, [a_draft(CLOSED, topic="village.routing")], NOW)

    async with running(Relay(database, kafka, "/fengqiao/village/routing", Health("test")).run):
        await until(lambda: nothing_unsent(database))
        here = await read(
            kafka, "village.routing", [LATE, RESOLVED, CLOSED, CLIMBED, LATE_ACCEPTED, RUNNING], len(waiting)
        )
        there = await read(kafka, "village.handoff", [CLIMBED], 1)

    expected = defaultdict(list)
    for topic, key, seq, _ in waiting:
        if topic == "village.routing":
            expected[key].append(seq)
    expected[CLOSED].append(5)
    assert sequences(here) == expected
    assert sequences(there) == {CLIMBED: [1]}
    assert {one.value for one in here + there} >= {data for *_, data in waiting}


async def nothing_unsent(database):
    return await unsent(database) == 0


async def test_numbers_of_events_go_on_where_they_stopped(upgraded):
    database = await upgraded("routing")
    last = (await rows(database, "select max(id) from outbox"))[0][0]

    async with database.transaction() as tx:
        await outbox.put(tx, [a_draft(RESOLVED, topic="village.routing")], NOW)

    [(place, seq)] = await rows(database, "select id, seq from outbox where id > $1", last)
    assert (place, seq) == (last + 1, 4)


async def test_what_waited_is_applied_when_what_it_waited_for_comes(upgraded):
    database = await upgraded("routing")
    inbox = Inbox(
        database, Reading(topics_read_by("routing", "village"), LISTENS_TO, Desk(a_centre()).handle), bool
    )
    report = reported(incident_id=WITHOUT_ITS_REPORT, occurred_at=THEN, reported_at=THEN)
    missing = a_record(report, 1, key=WITHOUT_ITS_REPORT)
    known = a_record(reported(incident_id=RUNNING), 1, key=RUNNING)

    for _ in range(2):
        await inbox.apply([missing, known])

    async with database.connection() as connection:
        late, running_on = [await incidents.whole(connection, one) for one in (WITHOUT_ITS_REPORT, RUNNING)]
    assert (late.status, [one.event for one in late.history]) == (
        "accepted", ["incident.opened.v1", "incident.accepted.v1"],
    )  # fmt: skip
    assert running_on.due_at == FAR
    assert await rows(database, "select * from held") == []
    assert [reason for _, _, _, reason in await letters(database)] == ["forbidden-transition"]


async def test_incidents_are_listed_and_their_deadlines_fire(upgraded):
    database = await upgraded("routing")
    async with database.connection() as connection:
        listed = await incidents.page(connection, incidents.Wanted())
        live = await incidents.page(connection, incidents.Wanted(status="accepted"))

    centre = Centre("village", policies_of(ROOT / "policy" / "default.yaml"))

    fired = await Timer(database, Desk(centre).fire, Pulse(1), 0.05).once()

    assert {one.incident_id: one.status for one in listed} == {
        LATE: "open", LATE_ACCEPTED: "accepted", RUNNING: "accepted", RESOLVED: "resolved", CLOSED: "closed",
        CLIMBED: "handed-over",
    }  # fmt: skip
    assert {one.incident_id for one in live} == {LATE_ACCEPTED, RUNNING}
    assert fired == 2
    said = await rows(database, "select key from outbox where type = 'incident.overdue.v1' order by id")
    assert said == [(LATE,), (LATE_ACCEPTED,)]
    assert await rows(database, "select incident_id, due_at from deadline") == [(RUNNING, FAR)]


async def test_revisits_are_listed_and_their_dates_pass(upgraded):
    database = await upgraded("followup")
    visitors = Visitors("village", policies())

    fired = await Timer(database, visitors.fire, Pulse(1), 0.05).once()

    async with database.connection() as connection:
        listed = await revisits.page(connection, revisits.Wanted())
    assert sorted(one.status for one in listed) == ["done", "due", "due"]
    assert fired == 1
    assert await rows(database, "select key from outbox where type = 'revisit.overdue.v1'") == [(VISIT_LATE,)]


async def test_reports_and_their_timelines_are_read(upgraded):
    database = await upgraded("intake")
    [(incident_id,), *_] = await rows(database, "select incident_id from report order by 1")

    async with database.connection() as connection:
        found, timeline = await reports.report(connection, incident_id)
        known = await reports.known(connection, [("/partner/police", "p-2"), ("/partner/police", "p-9")])

    assert found["area"] == "620522101203"
    assert [one["type"] for one in timeline] == ["incident.opened.v1", "incident.accepted.v1"]
    assert known == {("/partner/police", "p-2"): bytes([2]) * 32}


async def test_cells_that_were_not_published_are(upgraded, kafka):
    database = await upgraded("metrics")
    keys = [f"620522101203|2024-05-06|first-release-{n}|channel/1:patrol" for n in range(6)]

    async with running(Publisher(database, kafka, "village", lambda: None).run):
        await until(lambda: nothing_unpublished(database))
        sent = await read(kafka, "village.metrics", keys, 3)

    said = {one.category: (dict(one.counts), one.version) for one in map(_cell, sent)}
    assert said == {
        "first-release-0": ({"accepted": 1, "received": 11}, 2),
        "first-release-4": ({"accepted": 1, "received": 5}, 1),
        "first-release-5": ({"accepted": 1, "received": 6}, 1),
    }


def _cell(record):
    return MetricCell.model_validate_json(record.value)


async def nothing_unpublished(database):
    return await rows(database, "select from unpublished") == []
