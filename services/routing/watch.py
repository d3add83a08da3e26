"""What routing looks after beside its clock: provisional deadlines are counted again, lost ones are noticed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.gauge import Gauge
from messaging.logs import frames
from messaging.pace import Pulse, pause
from messaging.spans import firing
from services.routing import deadlines_store

log = logging.getLogger(__name__)

DAY_S, LOOK_S, AGAIN_S = 24 * 3600.0, 15.0, 60.0
AT_ONCE = 200
"""Deadlines counted again in one transaction."""
Batch = Callable[[Connection, str, int], Awaitable[str | None]]
"""Counts so many again after an incident id; the last one seen, None at the end."""


@dataclass(frozen=True, slots=True)
class Recount:
    """Counts provisional deadlines again, at the start of the process (a new calendar comes with one) and daily."""

    database: Database
    batch: Batch
    done: Pulse
    """Beaten after each batch, because it may have said something."""

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until stopped."""
        while not stop.is_set():
            try:
                await self.once()
            except Unavailable as error:
                log.warning("provisional deadlines wait: %s", error)
                await pause(AGAIN_S, stop)
            except Exception as bug:  # noqa: BLE001 - provisional deadlines must not stop the service
                log.error("provisional deadlines met a bug", extra=frames(bug))  # noqa: TRY400 - no values
                await pause(DAY_S, stop)
            else:
                await pause(DAY_S, stop)

    async def once(self) -> None:
        """Goes through all of them. Raises `Unavailable`."""
        after: str | None = ""
        while after is not None:
            after = await self._page(after)
            self.done.beat()

    async def _page(self, after: str) -> str | None:
        """So many after an incident id; the last one seen, None at the end."""
        try:
            return await self._counted(after, AT_ONCE)
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - one incident's bug must not keep the others waiting
            log.error("a batch of provisional deadlines met a bug; taking them one by one", extra=frames(bug))  # noqa: TRY400 - no values
            return await self._singly(after)

    async def _singly(self, after: str) -> str | None:
        async with self.database.connection() as connection:
            ids = await deadlines_store.provisional_ids(connection, after, AT_ONCE)
        for one in ids:
            try:
                await self._counted(after, 1)
            except Unavailable:
                raise
            except Exception as bug:  # noqa: BLE001 - whatever it is, it concerns this one only
                log.error("a provisional deadline met a bug and stays until tomorrow", extra=frames(bug))  # noqa: TRY400 - no values
            after = one
        return after if ids else None

    async def _counted(self, after: str, number: int) -> str | None:
        with firing():
            async with self.database.transaction() as tx:
                return await self.batch(tx, after, number)


@dataclass(slots=True)
class Auditor:
    """Looks for deadlines that passed and were not raised: the figure on the probe that must be 0."""

    database: Database
    _gauge: Gauge[int] = field(default_factory=lambda: Gauge(2 * LOOK_S), init=False)

    @property
    def unraised(self) -> int | None:
        """How many there were at the last look; None while nobody could look."""
        return self._gauge.value

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until stopped."""
        while not stop.is_set():
            try:
                await self.look()
            except Unavailable as error:
                self._gauge.note(None, self._gauge.begin())
                log.warning("the auditor waits: %s", error)
            await pause(LOOK_S, stop)

    async def look(self) -> None:
        """Looks once. Raises `Unavailable`."""
        begun = self._gauge.begin()
        async with self.database.connection() as connection:
            self._gauge.note(await deadlines_store.unraised(connection), begun)
