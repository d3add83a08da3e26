"""Whatever statement a crash comes at, redelivery leaves exactly what an undisturbed run leaves."""

import dataclasses
from contextlib import asynccontextmanager

import asyncpg
import pytest

from messaging.database import Database
from messaging.errors import Unavailable
from tests.messaging.tiny import a_reader, effects, emptied, everything, records, until_applied

pytestmark = pytest.mark.system

BROKEN = [dataclasses.replace(one, value=b"{") for one in records("c", 1)]
BATCHES = [
    records("a", 1, 2) + BROKEN + records("b", 1),
    records("a", 4) + records("b", 2, 3) + records("d", 1, 1),
    records("a", 3) + records("c", 2) + records("b", 1),
    records("e", 1, 2),
    records("e", 3) + records("f", 1),
]
"""Everything a batch can meet: order, a gap and its filling, a rejected one and one behind it, what cannot be read; and
nothing of the kind, as nearly always."""


class Mortal(Database):
    """A database whose connection is killed at the n-th step: before a statement, before or after the commit."""

    def __init__(self, dsn):
        super().__init__(dsn, name="mortal")
        self._killer_dsn = dsn
        self.steps = 0
        self.fatal = None

    @asynccontextmanager
    async def transaction(self):
        async with super().transaction() as tx:
            yield _Watched(tx, self)
            await self.step(tx)
        self.steps += 1
        if self.steps == self.fatal:
            raise Unavailable("the answer to the commit was lost")

    async def step(self, tx):
        self.steps += 1
        if self.steps == self.fatal:
            killer = await asyncpg.connect(self._killer_dsn)
            await killer.execute("select pg_terminate_backend($1, 5000)", tx.get_server_pid())
            await killer.close()


class _Watched:
    """A connection that counts its statements."""

    def __init__(self, tx, mortal):
        self._tx = tx
        self._mortal = mortal

    async def execute(self, *arguments):
        await self._mortal.step(self._tx)
        return await self._tx.execute(*arguments)

    async def fetch(self, *arguments):
        await self._mortal.step(self._tx)
        return await self._tx.fetch(*arguments)

    async def copy_records_to_table(self, table, **what):
        await self._mortal.step(self._tx)
        return await self._tx.copy_records_to_table(table, **what)


@pytest.fixture
async def mortal(new_dsn):
    database = Mortal(await new_dsn("routing"))
    await database.connect()
    yield database
    await database.close()


async def run(database, fatal=None):
    """All batches, each delivered twice, on an empty database; returns what is left."""
    inbox, tiny, _ = await a_reader(database)
    await emptied(database)
    tiny.refused = {("b", 2)}
    database.steps, database.fatal = 0, fatal
    for batch in BATCHES:
        for _ in range(2):
            await until_applied(inbox, batch)
    return await everything(database)


async def test_a_crash_at_any_step_changes_nothing_in_the_end(mortal):
    undisturbed = await run(mortal)
    steps = mortal.steps

    differing = [fatal for fatal in range(1, steps + 1) if await run(mortal, fatal) != undisturbed]

    assert steps > 25
    assert differing == []
    assert await effects(mortal) == {"a": [1, 2, 3, 4], "b": [1], "d": [1], "e": [1, 2, 3], "f": [1]}
