"""Two consumers at the same streams, as for a moment of a rebalance: each event takes effect once."""

import asyncio

import pytest

from tests.messaging.tiny import Tiny, a_reader, effects, letters, records, rows, until_applied

pytestmark = pytest.mark.system


class Slow(Tiny):
    """A handler that says when it begins, and goes on when it is told to."""

    def __init__(self):
        super().__init__()
        self.entered, self.gate = asyncio.Event(), asyncio.Event()

    async def __call__(self, tx, messages, now):
        self.entered.set()
        await self.gate.wait()
        return await super().__call__(tx, messages, now)


async def somebody_waits(database):
    """Until a transaction of this database waits for another."""
    query = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    for _ in range(1000):
        if await rows(database, query):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody ever waited")


async def test_a_second_consumer_of_a_new_stream_waits_for_the_first_and_finds_it_applied(new_database):
    database, slow = await new_database(), Slow()
    (first, _, _), (second, other, _) = await a_reader(database, slow), await a_reader(database)

    begun = asyncio.create_task(first.apply(records("a", 1, 2)))
    await slow.entered.wait()
    waiting = asyncio.create_task(second.apply(records("a", 1, 2)))
    await somebody_waits(database)
    slow.gate.set()
    await asyncio.gather(begun, waiting)

    assert await effects(database) == {"a": [1, 2]}
    assert other.calls == 1, "once, with nothing to do"


async def test_two_consumers_of_a_new_stream_in_disorder_apply_it_once(new_database):
    database, tiny, both = await new_database(), Tiny(), asyncio.Barrier(2)

    async def handler(tx, messages, now):
        outcome = await tiny(tx, messages, now)
        if tiny.calls <= 2:
            await both.wait()  # each believes that it is the only one
        return outcome

    (first, _, _), (second, _, _) = [await a_reader(database, handler) for _ in range(2)]
    results = await asyncio.gather(
        *(one.apply(records("a", 2, 1)) for one in (first, second)), return_exceptions=True
    )
    await until_applied(second, records("a", 2, 1))

    assert sorted(type(one).__name__ for one in results) == ["LostRace", "NoneType"]
    assert await effects(database) == {"a": [1, 2]}


async def test_consumers_at_the_same_streams_at_once_apply_each_event_once(new_database):
    database = await new_database()
    inboxes = [(await a_reader(database))[0] for _ in range(4)]
    batches = [[one for key in "abcd" for one in records(key, seq, seq + 1)] for seq in (1, 2, 3, 4)]

    await asyncio.gather(*(until_applied(inbox, batch) for inbox in inboxes for batch in batches))

    assert await effects(database) == {key: [1, 2, 3, 4, 5] for key in "abcd"}
    assert await letters(database) == []


async def test_what_joins_the_waiting_while_others_of_the_stream_are_applied_is_applied_as_well(new_database):
    database, slow = await new_database(), Slow()
    (first, _, _), (second, _, _) = await a_reader(database, slow), await a_reader(database)
    await second.apply(records("a", 2))

    applying = asyncio.create_task(until_applied(first, records("a", 1)))
    await slow.entered.wait()  # it has seen that 2 waits, and not that 3 does
    joining = asyncio.create_task(until_applied(second, records("a", 3)))
    await asyncio.wait([joining], timeout=0.3)
    slow.gate.set()
    await asyncio.gather(applying, joining)

    assert await effects(database) == {"a": [1, 2, 3]}
