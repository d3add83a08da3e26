"""Metrics' HTTP door: a snapshot of the figures, the live stream, and the board. Each group adds its own routes."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

from doors import app as door
from doors.gate import within
from messaging.database import Database
from policy.watching import Flags
from schemas.base import Tier
from services.metrics import (
    api_definitions,
    api_figures,
    api_flags,
    api_prometheus,
    api_rankings,
    api_restatements,
    api_stream,
    api_unusual,
    views,
)
from services.metrics.naming import Naming
from services.metrics.stream import Hub

BOARD = Path(__file__).parent / "board"


def api(database: Database, hub: Hub, naming: Naming, tier: Tier, rules: Flags | None = None) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao metrics 指标", "The figures: numerator, denominator, cohort, as-of.")
    _areas(app, naming)
    api_figures.routes(app, database, naming, tier)
    api_definitions.routes(app, naming)
    api_restatements.routes(app, database, naming)
    api_rankings.routes(app, database, naming)
    api_unusual.routes(app, database, naming)
    api_flags.routes(app, database, api_flags.Watched(naming, rules or Flags(), tier))
    api_stream.routes(app, database, hub, naming)
    api_prometheus.routes(app, database, naming)
    _board(app)
    return app


def _areas(app: FastAPI, naming: Naming) -> None:
    @app.get("/v1/areas")
    async def areas() -> views.AreasView:
        """The area registry, as far as the caller may see it: the topmost of these has no parent."""
        mine = naming.narrowed(within()).areas
        every = (
            views.AreaView(
                code=one.code, tier=one.tier, name=one.name, parent=one.parent if one.parent in mine else None
            )
            for one in mine.values()
        )
        return views.AreasView(areas=tuple(every))


def _board(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def board() -> FileResponse:
        return FileResponse(BOARD / "index.html")

    app.mount("/board", StaticFiles(directory=BOARD), name="board")
