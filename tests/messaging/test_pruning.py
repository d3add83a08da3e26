"""What was sent a week ago is forgotten, all of it in one turn, and nobody waits for it."""

import asyncio

import pytest

from messaging import outbox, pruning
from messaging.database import clock
from messaging.health import Health
from messaging.process import Process
from messaging.relay import Relay
from messaging.settings import ServiceSettings
from tests.builders import a_draft
from tests.messaging.tiny import rows
from tests.messaging.wire import running, unsent, until

pytestmark = pytest.mark.system
LIMIT = 10


async def put(database, *keys):
    async with database.transaction() as tx:
        await outbox.put(tx, [a_draft(key) for key in keys], await clock(tx))


async def said_long_ago(database, sent, waiting=0):
    """Events of long ago, the first of which are still to be sent; and one of today that was sent."""
    await put(database, *["waiting"] * waiting, *["sent"] * sent, "today")
    async with database.connection() as connection:
        await connection.execute(
            "delete from unsent using outbox o where o.id = unsent.id and key <> 'waiting'"
        )
        await connection.execute(
            "update outbox set recorded_at = now() - interval '8 days' where key <> 'today'"
        )


async def prune(database, ours=lambda: True):
    return await pruning.prune(database, ours, asyncio.Event(), LIMIT)


async def left(database):
    """What is still there, by key."""
    return dict(await rows(database, "select key, count(*) from outbox group by key"))


@pytest.mark.parametrize("sent", [LIMIT - 1, 3 * LIMIT, 3 * LIMIT + 3])
async def test_all_that_is_old_is_gone_after_one_turn(new_database, sent):
    database = await new_database()
    await said_long_ago(database, sent)

    deleted = await prune(database)

    assert deleted == sent
    assert await left(database) == {"today": 1}


async def test_what_is_still_to_be_sent_stays_and_keeps_nothing_behind_it(new_database):
    database = await new_database()
    await said_long_ago(database, 3 * LIMIT, waiting=2 * LIMIT)

    deleted = await prune(database)

    assert deleted == 3 * LIMIT
    assert await left(database) == {"waiting": 2 * LIMIT, "today": 1}


async def test_a_turn_that_ends_between_two_deletions_is_taken_up_by_the_next(new_database, monkeypatch):
    database = await new_database()
    await said_long_ago(database, 3 * LIMIT)

    async def begun():
        return (await left(database))["sent"] < 3 * LIMIT

    monkeypatch.setattr(pruning, "LEAST_S", 3600)
    turn = asyncio.create_task(prune(database))
    await until(begun)
    turn.cancel()
    await asyncio.wait({turn})
    in_between = await left(database)
    monkeypatch.undo()
    rest = await prune(database)

    assert in_between == {"sent": 2 * LIMIT, "today": 1}
    assert rest == 2 * LIMIT
    assert await left(database) == {"today": 1}


async def test_who_leads_no_longer_deletes_no_more(new_database):
    database, answers = await new_database(), [True, True, False]
    await said_long_ago(database, 5 * LIMIT)

    deleted = await prune(database, lambda: answers.pop(0))

    assert deleted == 2 * LIMIT


def test_every_process_that_may_send_forgets_as_well():
    settings = ServiceSettings(TIER="village", postgres="postgresql://u:p@127.0.0.1:1/routing")
    process = Process("routing", settings)

    assert {process.relay.run, process.relay.forget} <= set(process._loops)


async def test_events_are_sent_while_old_ones_cannot_even_be_deleted(new_database, kafka, monkeypatch):
    monkeypatch.setattr(pruning, "EVERY_S", 0.1)
    database = await new_database()
    relay = Relay(database, kafka, "/fengqiao/village/intake", Health("test"))
    await said_long_ago(database, LIMIT)

    async def deleting():
        return await rows(
            database,
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%outbox%'",
        )

    async def all_sent():
        return await unsent(database) == 0

    async def forgotten():
        return await left(database) == {"today": 1, "new": 3}

    async with running(relay.run, relay.forget):
        async with database.transaction() as somebody:
            await somebody.execute("select from outbox where key = 'sent' for update")
            await until(deleting)
            await put(database, "new", "new", "new")
            await until(all_sent)
            held = await left(database)
        await until(forgotten)

    assert held == {"sent": LIMIT, "today": 1, "new": 3}
