"""How much waits in the database to leave it: looked at now and then, so that `/ready` can tell."""

import asyncio
from collections.abc import Awaitable, Callable

from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.gauge import Gauge
from messaging.pace import pause

LOOK_S = 5.0
MOST = 100_000
"""Nobody needs to know it more exactly, and counting costs."""


class Backlog:
    """One queue in a table. Consumers' lag does not show what stands in it: to them nothing has come yet."""

    def __init__(self, database: Database, count: Callable[[Connection], Awaitable[int]]) -> None:
        self._database = database
        self._count = count
        self._gauge = Gauge[int](2 * LOOK_S)

    @property
    def waiting(self) -> int | None:
        """How many rows waited at the last look; None while nobody could look."""
        return self._gauge.value

    async def run(self, stop: asyncio.Event) -> None:
        """Looks every few seconds until stopped."""
        while not stop.is_set():
            begun = self._gauge.begin()
            self._gauge.note(await self._look(), begun)
            await pause(LOOK_S, stop)

    async def _look(self) -> int | None:
        try:
            async with self._database.connection() as connection:
                return await self._count(connection)
        except Unavailable:
            return None
