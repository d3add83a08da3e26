"""Deadlines fire by the database's clock: in due order, none twice, none lost, none delayed by a bad one."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from messaging.pace import Pulse
from messaging.timer import Timer
from services.routing import store
from services.routing.desk import Desk
from tests.builders import a_centre, an_incident
from tests.messaging.wire import until

pytestmark = pytest.mark.system


async def overdue(database, count, **changes):
    """So many incidents, each of which should have been accepted a while ago, in random order of their ids."""
    now = await database.now()
    every = [
        an_incident(
            incident_id=str(uuid.uuid4()),
            due_step="accept",
            due_at=now - timedelta(seconds=count - at),
            **changes,
        )
        for at in range(count)
    ]
    async with database.transaction() as tx:
        await store.save(tx, every, now)
    return [one.incident_id for one in every]


async def said(database):
    """Incident ids of the overdue events, in the order in which they were said."""
    async with database.connection() as connection:
        rows = await connection.fetch("select key from outbox where type = 'incident.overdue.v1' order by id")
    return [row["key"] for row in rows]


async def run_until(database, done, *timers):
    stop = asyncio.Event()
    running = [asyncio.create_task(one.run(stop)) for one in timers]
    await until(lambda: _said(database, done))
    await asyncio.sleep(0.2)  # long enough to fire something twice
    stop.set()
    await asyncio.gather(*running)


async def _said(database, count):
    return len(await said(database)) >= count


def a_timer(database):
    return Timer(database, Desk(a_centre()).fire, Pulse(1), 0.05)


async def test_after_an_outage_they_fire_in_due_order(new_database):
    database = await new_database()
    due = await overdue(database, 450)

    await run_until(database, 450, a_timer(database))

    assert await said(database) == due


async def test_three_workers_fire_each_once(new_database):
    database = await new_database()
    due = await overdue(database, 700)

    await run_until(database, 700, *(a_timer(database) for _ in range(3)))

    assert sorted(await said(database)) == sorted(due)


async def test_nothing_fires_early(new_database):
    database = await new_database()
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, [an_incident(due_step="accept", due_at=now + timedelta(minutes=1))], now)

    assert await a_timer(database).once() == 0


async def test_a_deadline_that_was_met_is_gone(new_database):
    database = await new_database()
    await overdue(database, 3)

    timer = a_timer(database)
    fired = [await timer.once() for _ in range(2)]

    assert fired == [3, 0]


async def test_one_that_meets_a_bug_is_postponed_and_delays_no_other(new_database):
    database = await new_database()
    await overdue(database, 1, policy="gone/1")
    good = await overdue(database, 5)

    await run_until(database, 5, a_timer(database))

    assert await said(database) == good
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from deadline where try_at > now()") == 1
