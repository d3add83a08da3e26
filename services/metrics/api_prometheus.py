"""`/metrics` for Prometheus: read once for all who scrape within some seconds."""

import asyncio
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response

from doors import document
from doors.areas import unknown_area
from doors.caller import told
from doors.gate import within
from messaging.database import Database
from services.metrics import area_sums, exposition, store
from services.metrics.exposition import MEDIA_TYPE, Scraped
from services.metrics.naming import Naming
from services.metrics.stream import STALE_S

KEPT_S = 5.0
"""So long what was read serves others who scrape; Prometheus comes every fifteen seconds or so."""
SHOWN = ("county", "town")
"""Tiers of the areas that have series: those of every village would be thousands for each figure."""
TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The series", "content": {"text/plain": {"schema": {"type": "string"}}}},
    **document.told(422),
}


class Scrapes:
    """What is told to whoever scrapes."""

    def __init__(self, database: Database, naming: Naming) -> None:
        self._database = database
        self._definitions = exposition.shown(naming.catalogue.figures(naming.own))
        self._root = naming.root
        shown = (one for code, one in naming.areas.items() if one.tier in SHOWN or code == naming.root)
        self._names = {one.code: one.name for one in shown}
        self._reading: asyncio.Task[bytes] | None = None
        self._read_at = 0.0

    async def text(self) -> bytes:
        """All series; one reading for all who ask within `KEPT_S`. Raises `Unavailable`."""
        now = asyncio.get_running_loop().time()
        reading = self._reading
        failed = reading is not None and reading.done() and (reading.cancelled() or reading.exception())
        if reading is None or failed or now - self._read_at > KEPT_S:
            reading = self._reading = asyncio.create_task(self._read())
            self._read_at = now
        return await asyncio.shield(reading)

    async def _read(self) -> bytes:
        async with self._database.connection() as connection:
            groups = await area_sums.by_prefix(connection, max(map(len, self._names)), self._root)
            states = await store.tiers(connection)
        tiers = {tier: (as_of, age > STALE_S) for tier, (as_of, age) in states.items()}
        counts = exposition.rolled(groups, self._names)
        scraped = Scraped(counts, self._names, tiers, self._definitions)
        # some thousand lines: nobody else should wait for them
        return await asyncio.to_thread(exposition.text, scraped)


def routes(app: FastAPI, database: Database, naming: Naming) -> None:
    """Adds it to the door."""
    scrapes: dict[tuple[str, str], Scrapes] = {}  # what one may see is kept for nobody who may see less

    @app.get("/metrics", response_class=Response, responses=TEXT)
    async def metrics() -> Response:
        """The figures of the county and its towns as gauges, in the text format of Prometheus."""
        mine = naming.narrowed(within())
        if mine.root not in mine.areas:
            raise unknown_area()
        whose = mine.root, told()["fengqiao.area"]
        scraped = scrapes.setdefault(whose, Scrapes(database, mine))
        return Response(await scraped.text(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
