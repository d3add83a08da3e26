"""What stands in the tables of delivery is told as it is found there, and not at all when nobody could look."""

import asyncio
from datetime import timedelta

import pytest

from messaging import migrate, outbox, standing
from messaging.database import Database
from messaging.readings import Readings
from messaging.standing import LOOK_S, Found, Standing
from messaging.telemetry import LETTERS, OLDEST, SCHEMA, WAITED, WAITING
from tests.builders import a_draft
from tests.messaging.test_telemetry import samples
from tests.messaging.tiny import a_reader, records, until_applied

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
KNOWN = {"messaging": 5, "routing": 9}


async def looked(one):
    """After one look."""
    stop = asyncio.Event()
    looking = asyncio.create_task(one.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await looking


async def test_while_the_database_is_away_only_what_the_program_is_is_known():
    readings, made = Readings(), Standing(Database(NOWHERE, name="none"), KNOWN)
    made.told(readings)
    made._gauge.note(Found(1.0, 2, 3.0, {}, KNOWN), made._gauge.begin())

    await looked(made)

    assert [samples(readings, one.name) for one in (OLDEST, WAITING, WAITED, LETTERS)] == [{}, {}, {}, {}]
    assert samples(readings, SCHEMA.name) == {("messaging", "program"): 5, ("routing", "program"): 9}


def test_what_was_seen_too_long_ago_is_not_told():
    readings, made = Readings(), Standing(Database(NOWHERE, name="none"), KNOWN)
    made.told(readings)
    made._gauge.note(Found(1.0, 2, 3.0, {}, KNOWN), made._gauge.begin())
    before = samples(readings, WAITING.name)

    made._gauge.note(Found(1.0, 2, 3.0, {}, KNOWN), made._gauge.begin() - 2 * LOOK_S - 1)

    assert (before, samples(readings, WAITING.name)) == ({(): 2}, {})


@pytest.mark.system
async def test_what_waits_and_what_died_is_told_by_number_and_age(new_database):
    database = await new_database()
    inbox, tiny, _ = await a_reader(database)
    tiny.refused.add(("a", 1))
    async with database.connection() as connection:
        quiet = await standing.look(connection)

    for _ in range(2):  # as whatever comes, it comes twice
        await until_applied(inbox, [*records("a", 1, 2, 3), *records("b", 2)])
    async with database.transaction() as tx:
        now = await tx.fetchval("select now()")
        await outbox.put(tx, [a_draft("c")], now - timedelta(seconds=90))
        await tx.execute("update held set held_at = now() - interval '200 seconds' where key = 'b'")
    async with database.connection() as connection:
        found = await standing.look(connection)

    newest = migrate.newest("routing")
    assert quiet == Found(0.0, 0, 0.0, {}, newest)
    assert (found.held, found.letters, found.schema) == (3, {"open gap": 1, "open rejected": 1}, newest)
    assert 200 <= found.held_s < 260
    assert found.oldest_s >= 90


@pytest.mark.system
async def test_all_kinds_of_letters_are_told_so_that_the_first_one_is_seen_to_come(new_database):
    database, readings = await new_database(), Readings()
    made = Standing(database, migrate.newest("routing"))
    made.told(readings)

    await looked(made)

    assert len(samples(readings, LETTERS.name)) == 9
    assert set(samples(readings, LETTERS.name).values()) == {0}
    told = samples(readings, SCHEMA.name)
    assert {told[one, "program"] - told[one, "database"] for one in ("messaging", "routing")} == {0}
