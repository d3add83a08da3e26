"""台账 over HTTP: a centre's ledger of a period as a file, and one incident on paper."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from fastapi import FastAPI, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.staticfiles import StaticFiles

from doors.areas import looked_in
from doors.document import told
from doors.download import Download
from doors.gate import within
from doors.problems import Problem
from messaging.database import Database, clock
from schemas.base import EARLIEST_YEAR, LATEST_YEAR, AreaCode
from services.routing import store
from services.routing.answers import IncidentId, problem
from services.routing.centre import Centre
from services.routing.export import Ledger
from services.routing.ledger import Format, Wanted
from services.routing.refusal import Refused
from services.routing.registry_csv import Known
from services.routing.sheet import Printer
from services.routing.words import labels

AT_ONCE = 2
"""Ledgers that one process writes at the same time: each holds a connection."""
PAPER = Path(__file__).parent / "paper"
KINDS: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The ledger",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS.values()},
    }
}
Day = Annotated[date, Field(ge=date(EARLIEST_YEAR, 1, 1), le=date(LATEST_YEAR, 1, 1))]


class Asked(BaseModel):
    """Which ledger: the days on which its incidents were reported, both included, and an area with all below it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    first: Annotated[Day, Query(alias="from")]
    last: Annotated[Day, Query(alias="to")]
    area: AreaCode | None = None
    format: Format = "csv"

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.first > self.last:
            raise ValueError("from must not be later than to")
        return self


def routes(app: FastAPI, database: Database, centre: Centre, known: Known) -> None:
    """Adds them to the door."""
    zone = next(iter(centre.policies.values())).zone
    printer, said, free = Printer(known.codes, zone), labels(known.codes), asyncio.Semaphore(AT_ONCE)

    @app.get("/v1/ledger", response_class=Response, responses=FILES)
    async def ledger(asked: Annotated[Asked, Query()]) -> Download:
        """The ledger as CSV or XLSX: every line of the history of every incident, oldest first."""
        area = looked_in(asked.area, known.areas)
        if free.locked():
            raise Problem(
                503,
                "busy",
                "Other ledgers are being written; try again soon.",
                zh="正在导出其他台账，请稍后重试",
            )
        wanted = Wanted(asked.first, asked.last, area, zone)
        pieces = _one_of(free, Ledger(database, wanted, said).pieces(asked.format))
        return Download(pieces, name=wanted.name(centre.tier, asked.format), media_type=KINDS[asked.format])

    @app.get("/v1/incidents/{incident_id}/sheet", response_class=HTMLResponse, responses=told(404))
    async def sheet(incident_id: IncidentId) -> HTMLResponse:
        """One incident with its whole history, to be printed."""
        async with database.connection() as connection:
            found, now = await store.whole(connection, incident_id, within()), await clock(connection)
        if found is None:
            raise problem(Refused("unknown-incident"))
        return HTMLResponse(printer.page(found, now), headers={"cache-control": "no-store"})

    app.mount("/paper", StaticFiles(directory=PAPER), name="paper")


async def _one_of(
    free: asyncio.Semaphore, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """The same pieces, counted as one of those that are written at the same time."""
    async with free, aclosing(pieces):
        async for piece in pieces:
            yield piece
