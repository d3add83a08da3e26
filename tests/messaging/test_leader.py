"""One leads at a time; whoever dies, freezes or vanishes is succeeded, and whoever only waits is left alone."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from messaging.errors import Unavailable
from messaging.leader import SILENT, heard, leading
from tests.messaging.wire import kill_holder, until

pytestmark = pytest.mark.system
LOCK = 0x74657374
TAKEN_OVER_S = 5
SILENT_S = SILENT.total_seconds()


async def taken(database):
    """Whether the lead was to be had."""
    async with leading(database, LOCK) as connection:
        return connection is not None


@asynccontextmanager
async def successor(database):
    """Whoever asks twice a second; how long it took from the end of the block until the lead was theirs."""
    begun, took = time.monotonic(), []
    yield took
    await until(lambda: taken(database), TAKEN_OVER_S)
    took.append(time.monotonic() - begun)


async def test_the_lead_of_a_process_that_was_killed_is_free_at_once(new_database):
    database = await new_database()

    with pytest.raises(Unavailable):
        async with leading(database, LOCK) as connection:
            assert not await taken(database)
            await kill_holder(database, LOCK)
            assert await until(lambda: taken(database), 1)
            await connection.fetchval("select 1")


async def test_a_leader_that_froze_is_cut_off_and_knows_it_when_it_wakes(new_database):
    database = await new_database()

    with pytest.raises(Unavailable):
        async with leading(database, LOCK) as connection:
            async with successor(database) as took:
                """The leader says nothing any more, and its connection stands."""
            assert SILENT_S - 1 < took[0] < TAKEN_OVER_S
            await connection.fetchval("select 1")


async def test_a_leader_that_froze_in_the_middle_of_a_transaction_is_cut_off_as_well(new_database):
    database = await new_database()

    with pytest.raises(Unavailable):
        async with leading(database, LOCK) as connection, connection.transaction():
            async with successor(database):
                pass
            await connection.fetchval("select 1")


async def test_a_leader_that_waits_for_a_slow_broker_is_heard_of_and_leads_on(new_database):
    database = await new_database()

    async def watched():
        end = time.monotonic() + SILENT_S + 1.5
        found = set()
        while time.monotonic() < end:
            found.add(await taken(database))
            await asyncio.sleep(0.3)
        return found

    async with leading(database, LOCK) as connection:
        others = asyncio.create_task(watched())
        answer = await heard(connection, asyncio.sleep(SILENT_S + 1.5, "acknowledged"))

    assert (answer, await others) == ("acknowledged", {False})


async def test_a_leader_that_waits_for_a_long_answer_of_the_server_leads_on(new_database):
    database = await new_database()
    async with leading(database, LOCK) as connection:
        query = asyncio.create_task(connection.fetchval("select pg_sleep(4.5) is not null"))
        await asyncio.sleep(SILENT_S + 1)

        assert not await taken(database)
        assert await query


async def test_who_was_cut_off_gives_up_what_it_waited_for(new_database):
    database, ended = await new_database(), asyncio.Event()

    async def slow():
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    with pytest.raises(Unavailable):
        async with leading(database, LOCK) as connection:
            waiting = asyncio.create_task(heard(connection, slow()))
            await kill_holder(database, LOCK)
            await waiting

    assert ended.is_set()


async def test_what_the_work_raises_is_raised(new_database):
    database = await new_database()

    async def broken():
        raise LookupError("no broker")

    async with leading(database, LOCK) as connection:
        with pytest.raises(LookupError):
            await heard(connection, broken())
