"""What stands in a table to be sent is told at `/ready`, or that nobody could look."""

import asyncio

import pytest

from messaging import outbox
from messaging.backlog import Backlog
from messaging.database import Database
from tests.builders import NOW, a_draft

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


async def looked(backlog):
    """The answer of one look."""
    stop = asyncio.Event()
    looking = asyncio.create_task(backlog.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await looking
    return backlog.waiting


async def test_while_the_database_is_away_nobody_knows_what_waits():
    backlog = Backlog(Database(NOWHERE, name="none"), outbox.waiting)
    backlog._gauge.note(0, backlog._gauge.begin())

    assert await looked(backlog) is None


@pytest.mark.system
async def test_events_count_from_the_commit_until_they_are_marked_as_sent(new_database):
    database = await new_database()
    backlog = Backlog(database, outbox.waiting)
    before = await looked(backlog)

    async with database.transaction() as tx:
        await outbox.put(tx, [a_draft("a"), a_draft("b"), a_draft("c")], NOW)
    stored = await looked(backlog)
    async with database.connection() as connection:
        first = (await outbox.unsent(connection, 1))[0]["id"]
        await outbox.mark_sent(connection, [first])

    assert (before, stored, await looked(backlog)) == (0, 3, 2)
