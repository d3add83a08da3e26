"""Metrics' HTTP door: a snapshot of the figures, the live stream, and the board. Each group adds its own routes."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Header
from fastapi.responses import FileResponse, StreamingResponse
from starlette.staticfiles import StaticFiles

from doors import app as door
from doors.areas import unknown_area
from messaging.database import Database
from schemas.base import AreaCode, Tier
from services.metrics import api_figures, views
from services.metrics.naming import Naming
from services.metrics.stream import Hub

BOARD = Path(__file__).parent / "board"
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}


def api(database: Database, hub: Hub, naming: Naming, tier: Tier) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao metrics 指标", "The figures: numerator, denominator, cohort, as-of.")
    _areas(app, naming)
    api_figures.routes(app, database, naming, tier)
    _stream(app, hub, naming)
    _board(app)
    return app


def _areas(app: FastAPI, naming: Naming) -> None:
    @app.get("/v1/areas")
    async def areas() -> views.AreasView:
        """The area registry."""
        every = (
            views.AreaView(code=one.code, tier=one.tier, name=one.name, parent=one.parent)
            for one in naming.areas.values()
        )
        return views.AreasView(areas=tuple(every))


def _stream(app: FastAPI, hub: Hub, naming: Naming) -> None:
    @app.get("/v1/metrics/stream", response_class=StreamingResponse, responses=EVENTS)
    async def stream(
        area: AreaCode | None = None, last_event_id: Annotated[str | None, Header()] = None
    ) -> StreamingResponse:
        """Server-sent events: a snapshot, then changes; comes back where it was with Last-Event-ID."""
        if area is not None and area not in naming.areas:
            raise unknown_area()
        await hub.fresh()  # while there is nothing to be read from, this is answered and not begun
        body = hub.listen(last_event_id, area or "")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(body, media_type="text/event-stream", headers=headers)


def _board(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def board() -> FileResponse:
        return FileResponse(BOARD / "index.html")

    app.mount("/board", StaticFiles(directory=BOARD), name="board")
