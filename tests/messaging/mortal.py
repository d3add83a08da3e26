"""A database that dies at a chosen step."""

from contextlib import asynccontextmanager

import asyncpg

from messaging.database import Database
from messaging.errors import Unavailable


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

    async def fetchval(self, *arguments):
        await self._mortal.step(self._tx)
        return await self._tx.fetchval(*arguments)

    def transaction(self):
        return self._tx.transaction()

    async def copy_records_to_table(self, table, **what):
        await self._mortal.step(self._tx)
        return await self._tx.copy_records_to_table(table, **what)
