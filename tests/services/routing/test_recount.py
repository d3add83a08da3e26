"""Provisional deadlines are counted again when their year is known, in batches; lost deadlines are noticed."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from messaging.database import Database
from messaging.pace import Pulse
from services.routing import store
from services.routing.desk import Desk
from services.routing.history import NONE
from services.routing.watch import Auditor, Recount
from tests.builders import NOW, a_centre, an_accepted_incident, an_incident
from tests.messaging.tiny import rows
from tests.services.routing.guessed import NEW_YEAR_S_EVE, WAITS, mistaken, timer, waiting
from tests.services.routing.test_clocks import midnight

pytestmark = pytest.mark.system
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
RIGHT, WRONG = midnight(9, 23), midnight(9, 25)
WAITS_MOVED = "select key from outbox where type = 'incident.wait-moved.v1'"


async def guessed(database, count, **changes):
    """So many matters of the town whose deadline was a guess."""
    every = [
        an_accepted_incident(
            **{"incident_id": str(uuid.uuid4()), "tier": "town", "due_at": WRONG, "provisional": True}
            | changes
        )
        for _ in range(count)
    ]
    async with database.transaction() as tx:
        await store.save(tx, every, await database.now())


def a_recount(database, batch=200):
    desk = Desk(a_centre("town"))
    return Recount(database, lambda tx, after, _: desk.recount(tx, after, batch), Pulse(1))


async def moves(database):
    return await rows(database, "select key, type from outbox where type = 'incident.clock-moved.v1'")


async def test_one_that_meets_a_bug_keeps_no_other_from_being_counted(new_database):
    database = await new_database()
    await guessed(database, 5)
    [(bad,)] = await rows(database, "select incident_id from deadline order by incident_id offset 2 limit 1")
    sound = Desk(a_centre("town"))

    async def counted(tx, after, number):
        before = await rows(database, "select incident_id from deadline where provisional and incident_id > $1 "
                                      "order by incident_id limit $2", after, number)  # fmt: skip
        if (bad,) in before:
            raise ZeroDivisionError
        return await sound.recount(tx, after, number)

    await Recount(database, counted, Pulse(1)).once()

    assert await rows(database, "select incident_id from deadline where provisional") == [(bad,)]
    assert len(await moves(database)) == 4


async def test_each_is_counted_again_once_however_many_batches_that_takes(new_database):
    database = await new_database()
    await guessed(database, 7)

    for _ in range(2):
        await a_recount(database, batch=3).once()

    assert len(await moves(database)) == len(set(await moves(database))) == 7
    assert set(await rows(database, "select step, due_at, try_at, provisional from deadline")) == {
        ("handle", RIGHT, RIGHT, False)
    }


async def test_what_others_are_waited_for_until_is_counted_again_beside_the_incident_s_own_clock(
    new_database,
):
    database = await new_database()
    guessed = {name: mistaken(name) for name in WAITS}
    ids = {name: str(uuid.uuid4()) for name in guessed}
    both = {"due_at": WRONG, "due_step": "handle", "provisional": True, "clock_from": NOW, "tier": "town"}
    every = [
        wrong.changed(incident_id=ids[name], **(both if name == "remind" else {}), history=(), lines=NONE)
        for name, (wrong, _) in guessed.items()
    ]
    async with database.transaction() as tx:
        await store.save(tx, every, await database.now())
    assert set(await rows(database, "select provisional from deadline")) == {(True,)}

    for _ in range(2):
        await a_recount(database, batch=3).once()

    assert sorted(await rows(database, WAITS_MOVED)) == sorted((one,) for one in ids.values())
    assert await moves(database) == [(ids["remind"], "incident.clock-moved.v1")]
    assert set(await rows(database, "select provisional from deadline")) == {(False,)}
    async with database.transaction() as tx:
        after = await store.load(tx, ids.values())
    for name, (_, right) in guessed.items():
        assert timer(after[ids[name]], name) == timer(right, name)
        assert not after[ids[name]].may_move
    lines = "select incident_id from history where event = 'incident.wait-moved.v1'"
    assert sorted(await rows(database, lines)) == sorted((one,) for one in ids.values())


async def test_what_is_not_provisional_or_cannot_be_known_yet_is_left_alone(new_database):
    database = await new_database()
    await guessed(database, 1, provisional=False)
    late = midnight(9, 23).replace(year=2100)
    await guessed(database, 1, clock_from=midnight(9, 10).replace(year=2100), due_at=late - timedelta(days=2))
    await guessed(database, 1, policy="gone/1")

    await a_recount(database).once()
    await a_recount(database).once()

    assert len(await moves(database)) == 1
    assert (True,) in await rows(database, "select provisional from deadline")


async def test_a_wait_of_a_year_nobody_knows_is_looked_at_again_and_stays(new_database):
    database = await new_database()
    incident, due = waiting("referral.result", NEW_YEAR_S_EVE)
    incident = incident.changed(due_at=None, due_step=None)
    async with database.transaction() as tx:
        await store.save(tx, [incident], await database.now())

    await a_recount(database).once()

    assert await rows(database, WAITS_MOVED) == []
    assert await rows(database, "select due_at, provisional from deadline") == [(due.due_at, True)]


async def test_the_auditor_counts_what_passed_and_was_not_raised(new_database):
    database = await new_database()
    now = await database.now()
    ages = (timedelta(minutes=-5), timedelta(seconds=30), timedelta(minutes=2), timedelta(days=1))
    every = [
        an_incident(incident_id=str(uuid.uuid4()), due_step="accept", due_at=now - age, clock_from=now)
        for age in ages
    ]
    async with database.transaction() as tx:
        await store.save(tx, every, now)
        await tx.execute(
            "update deadline set try_at = now() + interval '50 s' where due_at < now() - interval '1 h'"
        )
    auditor = Auditor(database)

    await auditor.look()

    assert auditor.unraised == 2


async def test_while_the_database_is_away_nobody_knows_whether_deadlines_were_lost():
    auditor, stop = Auditor(Database(NOWHERE, name="none")), asyncio.Event()
    auditor._gauge.note(0, auditor._gauge.begin())

    looking = asyncio.create_task(auditor.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await looking

    assert auditor.unraised is None


async def test_a_suspended_matter_has_no_deadline_to_miss(new_database):
    database = await new_database()
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, [an_accepted_incident(due_at=now, clock_from=now)], now)
        await store.save(tx, [an_accepted_incident(due_at=None, due_step=None, suspended_at=now)], now)

    async with database.transaction() as tx:
        assert await Desk(a_centre()).fire(tx, 10) == 0
