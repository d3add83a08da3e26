"""Supervision over HTTP, by the clock and by events delivered twice, with what a list of listings shows."""

import uuid
from datetime import timedelta

import pytest

from messaging.inbox import Inbox, Reading
from schemas.supervision import Listing
from schemas.topics import TOPICS
from services.routing import store
from services.routing.app import LISTENS_TO
from services.routing.desk import Desk
from tests.builders import (
    INCIDENT,
    a_centre,
    a_completed_revisit,
    a_record,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
)

pytestmark = pytest.mark.system
OTHER, THIRD = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e22", "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e23"


async def keep(database, *incidents):
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, incidents, now)
    return now


def a_listing(now, **changes):
    return Listing(listed_at=now, reason="reason/1:leader-decides", by="person", **changes)


async def said(database, kind):
    async with database.connection() as connection:
        return await connection.fetchval("select count(*) from outbox where type = $1", kind)


async def act(door, action, ref="o-3003", **fields):
    body = {"action": {"action": action, **fields}, "actor": {"role": "supervision-office", "ref": ref}}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return await door.post(f"/v1/incidents/{INCIDENT}/actions", json=body, headers=headers)


async def listed(door, **wanted):
    answer = await door.get("/v1/incidents", params=wanted)
    assert answer.status_code == 200, answer.text
    return [one["incident_id"] for one in answer.json()["incidents"]]


async def test_it_is_listed_reminded_of_and_struck_off_over_http(database, door):
    await keep(database, an_accepted_incident())
    begun = await act(door, "list", leader="l-7", reason="leader-decides")
    reminded = await act(door, "remind")
    moved = await act(door, "change-leader", leader="l-8", reason="leader-moved")
    early = await act(door, "strike-off")
    seen = (await door.get(f"/v1/incidents/{INCIDENT}")).json()

    assert [one.status_code for one in (begun, reminded, moved, early)] == [201, 201, 201, 409]
    assert early.json()["type"] == "urn:fengqiao:problem:not-finished"
    assert (seen["leader"], seen["listing"]["reminders"]) == ("l-8", 1)
    assert [one["detail"] for one in seen["history"]] == [
        "l-7 reason/1:leader-decides person", "l-7 1 person", "l-8 reason/1:leader-moved",
    ]  # fmt: skip


async def test_a_handler_is_refused_and_another_strikes_it_off(database, door):
    now = await database.now()
    closed = a_resolved_incident(status="closed", leader="l-7", handlers=("o-7",), listing=a_listing(now))
    await keep(database, closed)

    handler, other = await act(door, "strike-off", ref="o-7"), await act(door, "strike-off")

    assert (handler.status_code, other.status_code) == (409, 201)
    assert handler.json()["type"] == "urn:fengqiao:problem:handler-strikes-off"
    assert await listed(door, listed=True) == []


async def test_a_list_is_narrowed_to_what_is_listed_and_to_a_leader(database, door):
    now = await database.now()
    await keep(
        database,
        an_incident(leader="l-7", listing=a_listing(now)),
        an_incident(incident_id=OTHER, leader="l-7"),
        an_incident(incident_id=THIRD),
    )

    assert await listed(door, listed=True) == [INCIDENT]
    assert await listed(door, leader="l-7") == [OTHER, INCIDENT]
    assert await listed(door, leader="l-7", listed=True) == [INCIDENT]
    assert await listed(door, leader="l-8") == []
    assert await listed(door, listed=False) == [THIRD, OTHER]
    assert await listed(door) == [THIRD, OTHER, INCIDENT]


async def test_a_tier_that_handed_it_over_does_not_show_it_as_listed(database, door):
    now = await database.now()
    await keep(database, an_incident(leader="l-7", listing=a_listing(now)))
    assert (await act(door, "escalate", reason="too-hard")).status_code == 201

    assert await listed(door, listed=True) == []
    assert await listed(door) == [INCIDENT]


async def test_the_clock_reminds_once_and_the_deadline_of_the_step_stays(database):
    now = await database.now()
    due = now + timedelta(days=1)
    overdue = a_listing(now, remind_at=now - timedelta(hours=3))
    await keep(database, an_accepted_incident(due_at=due, leader="l-7", listing=overdue))
    desk = Desk(a_centre())

    async with database.transaction() as tx:
        fired = [await desk.fire(tx, 10), await desk.fire(tx, 10)]

    async with database.connection() as connection:
        [row] = await connection.fetch("select step, due_at from deadline")
    assert fired == [1, 0]
    assert (row["step"], row["due_at"]) == ("handle", due)
    assert await said(database, "incident.reminded.v1") == 1


async def test_a_relapse_of_a_listed_matter_reminds_once_however_often_it_is_delivered(database):
    now = await database.now()
    await keep(database, a_resolved_incident(leader="l-7", listing=a_listing(now)))
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")
    record = a_record(relapse, topic="village.followup")
    reading = Reading((TOPICS["village.followup"],), LISTENS_TO, Desk(a_centre()).handle)
    inbox = Inbox(database, reading, lambda: None)

    for _ in range(2):
        await inbox.apply([record])

    async with database.connection() as connection:
        [step] = await connection.fetch("select step from deadline")
        after = await store.one(connection, INCIDENT)
    assert (after.attempt, after.listing.reminders, step["step"]) == (2, 1, "handle")
    assert await said(database, "incident.reminded.v1") == 1
