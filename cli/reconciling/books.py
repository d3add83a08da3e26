"""The databases of a house, open to be read; long tables are read page by page, so that nothing is held for long."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Self

from asyncpg import Record

from cli.houses import House, Whose
from messaging.database import Connection, Database
from schemas.base import Service, Tier

PAGE = 5000
"""Rows a page: a statement takes milliseconds, and no snapshot keeps the vacuum from its work."""
LONG_S = 3600.0
"""How long a statement over a whole table may take."""
Looked = Callable[[int], None]
Rows = Sequence[Record]


class Books:
    """One connection to each database; they only read, and wait for no lock longer than a moment."""

    def __init__(self, house: House, looked: Looked) -> None:
        self.house = house
        self.looked = looked
        """Told how many rows were looked at."""
        self._stack = AsyncExitStack()
        self._open: dict[Whose, Connection] = {}

    async def __aenter__(self) -> Self:
        """Connects to all. Raises `Unavailable`."""
        try:
            for whose, place in self.house.places.items():
                self._open[whose] = await self._connect(place.dsn)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes all; temporary tables go with them."""
        await self._stack.aclose()

    async def _connect(self, dsn: str) -> Connection:
        database = Database(dsn, name="fengqiao-reconcile", max_size=1, patience=60.0)
        await database.connect()
        self._stack.push_async_callback(database.close)
        connection = await self._stack.enter_async_context(database.connection())
        await connection.execute("set lock_timeout = '5s'")
        return connection

    def has(self, tier: Tier, service: Service) -> bool:
        """Whether this database is at hand."""
        return (tier, service) in self._open

    def of(self, tier: Tier, service: Service) -> Connection:
        """The connection to a database."""
        return self._open[tier, service]

    async def pages(
        self, whose: Whose, statement: str, *values: object, begin: object = ""
    ) -> AsyncIterator[Rows]:
        """All rows of a statement that takes the last first column ($1) and a limit ($2), page by page."""
        after = begin
        while rows := await self._open[whose].fetch(statement, after, PAGE, *values):
            yield rows
            self.looked(len(rows))
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    async def keyed(
        self, whose: Whose, statement: str, values: Sequence[object], keys: Sequence[str] | None
    ) -> AsyncIterator[Rows]:
        """As `pages`, of a statement with a place `{which}`; or only the rows of some keys."""
        if keys is None:
            async for rows in self.pages(whose, statement.format(which="> $1", more="limit $2"), *values):
                yield rows
            return
        only = statement.format(which="= any($1::text[])", more="limit $2")
        for at in range(0, len(keys), PAGE):
            yield await self._open[whose].fetch(only, list(keys[at : at + PAGE]), PAGE, *values)
