"""Deadlines fire by the database's clock: in due order, none twice, none lost, none delayed by a bad one."""

import asyncio
import sys
import uuid
from asyncio.subprocess import PIPE
from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from messaging.database import Database
from messaging.errors import LostRace, Unavailable
from messaging.pace import Pulse
from messaging.timer import AT_ONCE, Timer
from services.routing import deadlines_store, store
from services.routing.desk import Desk
from tests.builders import ROOT, a_centre, an_incident
from tests.messaging.tiny import rows
from tests.messaging.wire import until

pytestmark = pytest.mark.system
OVERDUE = "select key, recorded_at from outbox where type = 'incident.overdue.v1' order by id"
"""What was said, in that order; all of one transaction was recorded at the same moment."""


async def overdue(database, count, *, ago=0, **changes):
    """So many incidents, each of which should have been accepted a while ago, in random order of their ids."""
    now = await database.now()
    every = [
        an_incident(
            incident_id=str(uuid.uuid4()),
            due_step="accept",
            due_at=now - timedelta(seconds=ago + count - at),
            **changes,
        )
        for at in range(count)
    ]
    async with database.transaction() as tx:
        await store.save(tx, every, now)
    return [one.incident_id for one in every]


async def said(database):
    """Incident ids of the overdue events, in the order in which they were said."""
    return [key for key, _ in await rows(database, OVERDUE)]


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
    due = await overdue(database, 1500)

    await run_until(database, 1500, *(a_timer(database) for _ in range(3)))

    assert sorted(await said(database)) == sorted(due)


async def test_each_takes_the_oldest_that_nobody_has_in_hand(new_database):
    database, desk = await new_database(), Desk(a_centre())
    due = await overdue(database, 300)

    async with database.transaction() as first:
        await desk.fire(first, 100)
        async with database.transaction() as second:
            await desk.fire(second, 100)
            async with database.transaction() as third:
                await desk.fire(third, 100)

    batches = defaultdict(list)
    for one, at in await rows(database, OVERDUE):
        batches[at].append(one)
    assert [batches[at] for at in sorted(batches)] == [due[:100], due[100:200], due[200:]]


async def test_what_a_killed_worker_had_in_its_hands_is_fired_by_others_once(new_dsn):
    dsn = await new_dsn("routing")
    database = Database(dsn, name="test")
    await database.connect()
    due = await overdue(database, 700)

    async with a_doomed_worker(dsn) as worker:
        in_hand = int(await worker.stdout.readline())
        await run_until(database, 700 - in_hand, *(a_timer(database) for _ in range(3)))
        before = await said(database)
        worker.kill()
        await worker.wait()
        await until(lambda: _released(database))
    await run_until(database, 700, a_timer(database))  # one: several would share the batch between them

    after = await said(database)
    await database.close()
    assert in_hand == AT_ONCE
    assert sorted(before) == sorted(due[in_hand:])
    assert after[len(before) :] == due[:in_hand]


async def _released(database):
    """Whether the server has noticed that the worker is gone, and given back what it held."""
    query = "select from pg_stat_activity where application_name = 'doomed' and datname = current_database()"
    return not await rows(database, query)


@asynccontextmanager
async def a_doomed_worker(dsn):
    """A process that has fired a batch, and hangs before it commits."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.routing.doomed_worker", dsn, cwd=ROOT, stdout=PIPE
    )
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


async def test_the_auditor_finds_what_was_not_raised_without_reading_what_runs(new_database):
    database = await new_database()
    now = await database.now()
    running = [
        an_incident(incident_id=str(uuid.uuid4()), due_step="accept", due_at=now + timedelta(hours=1 + at))
        for at in range(2000)
    ]
    async with database.transaction() as tx:
        await store.save(tx, running, now)
    await overdue(database, 3, ago=600)
    async with database.connection() as connection:
        await connection.execute("analyze deadline")

        found = await deadlines_store.unraised(connection)
        plan = "\n".join(
            row[0] for row in await connection.fetch(f"explain (costs off) {deadlines_store.UNRAISED}")
        )

    assert found == 3
    assert "deadline_due" in plan
    assert "Seq Scan" not in plan


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


async def test_those_that_another_wrote_meanwhile_are_tried_again_and_not_postponed(new_database):
    database = await new_database()
    await overdue(database, 3)

    async def too_late(tx, most, only=None):
        raise LostRace("another consumer wrote these lines of a history")

    with pytest.raises(Unavailable):
        await Timer(database, too_late, Pulse(1), 0.05).once()

    assert await a_timer(database).once() == 3


MOVED = "update deadline set due_at = now() + interval '10 days', try_at = now() + interval '10 days'"
MOVED_IN_PART = "update deadline set due_at = now() + interval '10 days'"


async def test_a_deadline_that_was_moved_while_its_firing_met_a_bug_is_not_fired_early(new_database):
    database = await new_database()
    await overdue(database, 1)

    async def moved_meanwhile(tx, most, only=None):
        if only is not None:
            async with database.transaction() as other:
                await other.execute(MOVED)
        raise ZeroDivisionError

    await Timer(database, moved_meanwhile, Pulse(1), 0.05).once()

    assert await rows(database, "select try_at = due_at from deadline") == [(True,)]


async def test_what_is_tried_before_it_is_due_is_not_fired(new_database):
    database = await new_database()
    await overdue(database, 2)
    async with database.transaction() as tx:
        await tx.execute(MOVED_IN_PART)

    assert await a_timer(database).once() == 0
    assert await rows(database, "select * from outbox") == []
