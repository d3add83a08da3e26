"""Metrics' HTTP door: a snapshot of the figures, the live stream, and the board."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, Header, Query
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.staticfiles import StaticFiles

from doors import app as door
from doors.problems import Problem
from messaging.database import Database
from policy.load import Area
from schemas.base import TIERS, AreaCode, Tier
from schemas.codes import CodeList
from services.metrics import store, views
from services.metrics.stream import STALE_S, Hub

BOARD = Path(__file__).parent / "board"
TIER_NAMES = {"village": ("村级", "Village"), "town": ("镇级", "Town"), "county": ("县级", "County")}


class Asked(BaseModel):
    """Which figures: a subtree of areas, days (inclusive), a category or channel, and by what to group them."""

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    group_by: Literal["child", "day", "category", "channel", "tier"] | None = None
    first: date | None = None
    last: date | None = None
    category: str | None = None
    channel: str | None = None


class Naming:
    """Chinese and English names of whatever figures are grouped by."""

    def __init__(self, areas: Mapping[str, Area], codes: Mapping[str, CodeList]) -> None:
        self.areas = areas
        self.root = min(areas, key=len)
        self.labels = {code: (one.name, one.name) for code, one in areas.items()} | TIER_NAMES
        self.labels |= {
            f"{one.id}:{code}": label for one in codes.values() for code, label in one.codes.items()
        }


def api(database: Database, hub: Hub, naming: Naming, tier: Tier) -> FastAPI:
    """The application."""
    app = door.create("Fengqiao metrics 指标", "The figures: numerator, denominator, cohort, as-of.")

    @app.get("/v1/areas")
    async def areas() -> views.AreasView:
        """The area registry."""
        every = (
            views.AreaView(code=one.code, tier=one.tier, name=one.name, parent=one.parent)
            for one in naming.areas.values()
        )
        return views.AreasView(areas=tuple(every))

    @app.get("/v1/metrics")
    async def metrics(asked: Annotated[Asked, Query()]) -> views.MetricsView:
        """A snapshot. The sum over all tiers this one hears of; `tiers` says how current each is."""
        area = asked.area or naming.root
        if area not in naming.areas:
            fields = [("area", "is not in the registry of areas")]
            raise Problem(
                422, "unknown-area", "There is no such area.", zh="区划代码不在名录中", fields=fields
            )
        wanted = store.Wanted(
            area, asked.group_by, _iso(asked.first), _iso(asked.last), asked.category, asked.channel
        )
        async with database.connection() as connection:
            now: datetime = await connection.fetchval("select now()")
            groups = await store.sums(connection, wanted)
            states = await store.tiers(connection)
        whole = views.merged(groups)
        return views.MetricsView(
            as_of=now,
            area=area,
            tiers={one: _tier(states, one) for one in TIERS if one in states or one == tier},
            counts=views.counts_of(whole),
            by_tier=views.by_tier(whole),
            rates=views.rates_of(whole, now),
            distributions=views.distributions_of(whole),
            groups=views.groups_of(groups, naming.labels, now) if asked.group_by else (),
        )

    @app.get("/v1/metrics/stream")
    async def stream(
        area: AreaCode | None = None, last_event_id: Annotated[str | None, Header()] = None
    ) -> StreamingResponse:
        """Server-sent events: a snapshot, then changes; comes back where it was with Last-Event-ID."""
        body = hub.listen(last_event_id, area or "")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(body, media_type="text/event-stream", headers=headers)

    @app.get("/", include_in_schema=False)
    async def board() -> FileResponse:
        return FileResponse(BOARD / "index.html")

    app.mount("/board", StaticFiles(directory=BOARD), name="board")
    return app


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _tier(states: Mapping[str, tuple[datetime, float]], tier: str) -> views.TierView:
    if tier not in states:
        return views.TierView(as_of=None, stale=True)
    as_of, age = states[tier]
    return views.TierView(as_of=as_of.isoformat(), stale=age > STALE_S)
