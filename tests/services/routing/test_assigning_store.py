"""Assignment on a real database: loads are right under concurrency, what comes twice counts once, clocks fire."""

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from messaging.timer import Timer
from schemas.codes import load
from schemas.intake import ActionReceived, IncidentReported
from schemas.topics import topics_read_by
from services.routing import contacts_store, store
from services.routing.api import api
from services.routing.centre import Centre
from services.routing.desk import Desk
from services.routing.registry import Entry
from tests.builders import INCIDENT, NOW, VILLAGE, a_policy, a_record, asking, policies, reported
from tests.documented import Documented
from tests.messaging.tiny import rows

pytestmark = pytest.mark.system
LISTENS_TO = (IncidentReported, ActionReceived)
GRID_STAFF = "contact-role/1:grid-staff"


def entries(*references, role=GRID_STAFF, area=VILLAGE, **changes):
    first = datetime(2026, 1, 1, tzinfo=UTC).date()
    fields = {"kind": "person", "role": role, "area": area, "valid_from": first}
    return [Entry(reference=one, **(fields | changes)) for one in references]


async def register(database, *contacts):
    async with database.transaction() as tx:
        await contacts_store.write(tx, contacts, await database.now())


def a_desk(**terms):
    return Desk(Centre("village", policies(a_policy(assignment=asking() | terms))))


def a_consumer(database, desk=None):
    reading = Reading(topics_read_by("routing", "village"), LISTENS_TO, (desk or a_desk()).handle)
    return Inbox(database, reading, lambda: None)


def reports(count, **changes):
    every = [str(uuid.uuid4()) for _ in range(count)]
    return [a_record(reported(incident_id=one, **changes), key=one) for one in every]


async def loads(database):
    return dict(await rows(database, "select reference, count(*) from assigned group by reference"))


async def said(database):
    found = await rows(database, "select type from outbox order by id")
    return [one.removeprefix("incident.").removesuffix(".v1") for (one,) in found]


async def test_what_is_delivered_twice_is_given_once(database):
    await register(database, *entries("g-1", "g-2"))
    records, consumer = reports(4), a_consumer(database)

    for _ in range(2):
        await consumer.apply(records)

    assert await loads(database) == {"g-1": 2, "g-2": 2}
    assert Counter(await said(database)) == {"opened": 4, "assigned": 4}


async def test_batches_that_are_applied_at_once_see_what_the_others_gave(database):
    await register(database, *entries("g-1", "g-2", "g-3"))
    consumers = [a_consumer(database) for _ in range(4)]

    await asyncio.gather(*(one.apply(reports(9)) for one in consumers))

    assert await loads(database) == {"g-1": 12, "g-2": 12, "g-3": 12}


async def test_capacity_holds_however_many_assign_at_once_and_the_rest_stays_at_the_desk(database):
    await register(database, *entries("g-1", "g-2", capacity=5))
    consumers = [a_consumer(database) for _ in range(3)]

    await asyncio.gather(*(one.apply(reports(7)) for one in consumers))

    assert await loads(database) == {"g-1": 5, "g-2": 5}
    assert Counter(await said(database)) == {"opened": 21, "assigned": 10}


async def test_who_is_not_valid_today_is_not_asked(database):
    today = (await database.now()).date()
    await register(
        database,
        *entries("g-gone", valid_until=today - timedelta(days=2)),
        *entries("g-later", valid_from=today + timedelta(days=2)),
        *entries("g-now", valid_from=today - timedelta(days=2), valid_until=today + timedelta(days=2)),
    )

    await a_consumer(database).apply(reports(1))

    assert await loads(database) == {"g-now": 1}


async def test_where_no_policy_asks_nothing_is_looked_up(database):
    await register(database, *entries("g-1"))
    consumer = a_consumer(database, a_desk(rules=[], answer=None))
    async with database.transaction() as tx:
        await tx.execute("alter table contact rename to contact_not_to_be_read")

    await consumer.apply(reports(3))

    assert await said(database) == ["opened"] * 3


async def silence(database, count, **registered):
    """So many matters whose assignee g-1 should have answered by now."""
    await register(database, *entries(*registered.get("contacts", ("g-1",))))
    await a_consumer(database).apply(reports(count))
    async with database.transaction() as tx:
        await tx.execute(
            """
            update incident set state = jsonb_set(
                state::jsonb, '{assignment,answer_by}', to_jsonb(now() - interval '1 second'))::text
            """
        )
        await tx.execute("update deadline set due_at = now() - interval '1 second', try_at = now()")


async def test_silence_is_noticed_by_the_clock_once_however_many_workers_there_are(database):
    await silence(database, 6, contacts=("g-1", "g-2"))
    workers = [Timer(database, a_desk().fire, Pulse(1), 0.05) for _ in range(3)]

    for _ in range(2):
        await asyncio.gather(*(one.once() for one in workers))

    assert Counter(await said(database)) == {"opened": 6, "assigned": 12, "unanswered": 6}
    assert sum((await loads(database)).values()) == 6


async def test_what_nobody_answers_climbs_and_is_in_nobody_s_hands(database):
    await silence(database, 2)

    await Timer(database, a_desk().fire, Pulse(1), 0.05).once()

    assert Counter(await said(database)) == {
        "opened": 2, "assigned": 2, "unanswered": 2, "unclaimed": 2, "escalated": 2, "handed-over": 2,
    }  # fmt: skip
    assert await loads(database) == {}
    assert await rows(database, "select * from deadline") == []


@pytest.fixture
async def door(database):
    transport = Documented(api(database, a_desk(), load(), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as opened:
        yield opened


async def answer(door, action, ref, **fields):
    body = {"action": {"action": action, **fields}, "actor": {"role": "grid-staff", "ref": ref}}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return await door.post(f"/v1/incidents/{INCIDENT}/actions", json=body, headers=headers)


async def test_over_http_one_declines_the_next_takes_and_everybody_can_see_it(database, door):
    await register(database, *entries("g-1", "g-2"))
    await a_consumer(database).apply([a_record(reported())])

    declined = await answer(door, "decline", "g-1", reason="off-duty")
    stranger = await answer(door, "take", "g-1")
    taken = await answer(door, "take", "g-2")
    seen = (await door.get(f"/v1/incidents/{INCIDENT}")).json()
    mine = (await door.get("/v1/incidents", params={"assignee": "g-2"})).json()["incidents"]

    assert declined.json()["events"] == ["incident.declined.v1", "incident.assigned.v1"]
    assert (stranger.status_code, "not-the-assignee" in stranger.json()["type"]) == (409, True)
    assert taken.json()["events"] == ["incident.taken.v1", "incident.accepted.v1"]
    assert (seen["status"], seen["assignee"], seen["assignment"]["asked"]) == ("accepted", "g-2", 2)
    assert [one["incident_id"] for one in mine] == [INCIDENT]
    assert (await door.get("/v1/incidents", params={"assignee": "g-1"})).json()["incidents"] == []


async def test_the_same_answers_from_the_bus_end_the_same(database, door):
    await register(database, *entries("g-1", "g-2"))
    asked = {"incident_id": INCIDENT, "source": "/app", "occurred_at": NOW, "decided_by": "routing"}
    events = [
        reported(),
        ActionReceived(
            **asked, actor={"ref": "g-1"}, action={"action": "decline", "reason": "reason/1:off-duty"}
        ),
        ActionReceived(**asked, actor={"ref": "g-1"}, action={"action": "take"}),
        ActionReceived(**asked, actor={"ref": "g-2"}, action={"action": "take"}),
    ]
    records = [a_record(event, seq) for seq, event in enumerate(events, start=1)]

    for _ in range(2):
        await a_consumer(database).apply(records)

    assert await said(database) == [
        "opened",
        "assigned",
        "declined",
        "assigned",
        "action.refused",
        "taken",
        "accepted",
    ]
    assert await loads(database) == {"g-2": 1}


async def test_naming_somebody_the_registry_does_not_know_is_refused_where_the_policy_insists(database):
    await register(database, *entries("g-1"))
    desk = a_desk(rules=[], by_hand="listed")
    transport = Documented(api(database, desk, load(), Pulse(1)))
    await a_consumer(database, desk).apply([a_record(reported())])

    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as door:
        unknown = await answer(door, "assign", "o-1", assignee="nobody")
        known = await answer(door, "assign", "o-1", assignee="g-1")

    assert (unknown.status_code, known.status_code) == (409, 201)
    async with database.connection() as connection:
        incident = await store.one(connection, INCIDENT)
    assert (incident.assignee, incident.assignment.role) == ("g-1", GRID_STAFF)
