"""Events are numbered densely per incident and stay in their order, whoever writes at the same time."""

import asyncio
import random
from collections import defaultdict

import pytest

from messaging import outbox
from tests.builders import NOW, a_draft
from tests.messaging.tiny import rows

pytestmark = pytest.mark.system


async def put(database, *drafts):
    async with database.transaction() as tx:
        await outbox.put(tx, drafts, NOW)


async def test_numbers_are_dense_per_topic_and_incident_and_in_the_order_given(new_database):
    database = await new_database()

    await put(database, a_draft("a"), a_draft("b"), a_draft("a"))
    await put(database, a_draft("a"), a_draft("a", topic="village.routing"))

    assert await rows(database, "select topic, key, seq from outbox order by id") == [
        ("village.intake", "a", 1), ("village.intake", "b", 1), ("village.intake", "a", 2),
        ("village.intake", "a", 3), ("village.routing", "a", 1),
    ]  # fmt: skip


async def test_a_transaction_that_fails_draws_no_number(new_database):
    database = await new_database()

    with pytest.raises(ValueError, match="no"):
        async with database.transaction() as tx:
            await outbox.put(tx, [a_draft("a")], NOW)
            raise ValueError("no")
    await put(database, a_draft("a"))

    assert await rows(database, "select seq from outbox") == [(1,)]


async def test_eight_writers_at_once_leave_no_hole_and_no_disorder(new_database):
    database, dice = await new_database(), random.Random(8)
    keys = [f"k{at}" for at in range(6)]
    work = [[[dice.choice(keys) for _ in range(dice.randint(1, 9))] for _ in range(20)] for _ in range(8)]

    async def write(batches):
        for batch in batches:
            await put(database, *(a_draft(key) for key in batch))

    await asyncio.gather(*map(write, work))

    found = defaultdict(list)
    for key, seq in await rows(database, "select key, seq from outbox order by id"):
        found[key].append(seq)
    written = [key for writer in work for batch in writer for key in batch]
    assert found == {key: list(range(1, written.count(key) + 1)) for key in keys}


async def test_sent_rows_stay_for_a_week(new_database):
    database = await new_database()
    await put(database, a_draft("a"), a_draft("b"), a_draft("c"))

    async with database.connection() as connection:
        await outbox.mark_sent(connection, [1, 2])
        await connection.execute("update outbox set recorded_at = now() - interval '8 days' where id <> 1")
        await connection.execute("update outbox set recorded_at = now() - interval '6 days' where id = 1")
        pruned = await outbox.prune(connection)

    assert pruned == (1, None)
    assert await rows(database, "select key from outbox order by id") == [("a",), ("c",)]


async def old_and_sent(database):
    """An event that was sent long ago, so that it may be deleted."""
    await put(database, a_draft("a"))
    async with database.connection() as connection:
        await outbox.mark_sent(connection, [1])
        await connection.execute("update outbox set recorded_at = now() - interval '8 days'")


async def test_a_replay_while_old_rows_are_deleted_queues_nothing_that_is_gone(new_database):
    database = await new_database()
    await old_and_sent(database)

    async with database.connection() as connection:
        async with database.transaction() as tx:
            await outbox.prune(tx)
            replaying = asyncio.create_task(outbox.replay(connection, None, None, None))
            await asyncio.sleep(0.2)
        again = await replaying

    assert again == 0
    assert await rows(database, "select id from unsent except select id from outbox") == []


async def test_nothing_is_deleted_while_it_is_asked_for_again(new_database):
    database = await new_database()
    await old_and_sent(database)

    async with database.connection() as connection, database.transaction() as tx:
        await outbox.replay(tx, None, None, None)
        pruned = await outbox.prune(connection)

    assert pruned == (0, None)
    assert await rows(database, "select u.id from unsent u join outbox o using (id)") == [(1,)]


async def test_a_replay_sends_again_what_was_asked_for_in_its_order(new_database):
    database = await new_database()
    await put(database, a_draft("a"), a_draft("b"), a_draft("a"))

    async with database.connection() as connection:
        await outbox.mark_sent(connection, [1, 2, 3])
        again = await outbox.replay(connection, "village.intake", "a", None)
        unsent = [(row["key"], row["seq"]) for row in await outbox.unsent(connection, 10)]

    assert again == 2
    assert unsent == [("a", 1), ("a", 2)]
