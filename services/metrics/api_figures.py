"""The figures over HTTP: a snapshot, with every rate's numerator, denominator, cohort and as-of time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict

from doors.areas import unknown_area
from messaging.database import Database
from schemas.base import TIERS, AreaCode, Tier
from schemas.codes import complete
from services.metrics import store, views
from services.metrics.figures import Counts
from services.metrics.naming import Naming
from services.metrics.own import Own
from services.metrics.stream import STALE_S


class Asked(BaseModel):
    """Which figures: a subtree of areas, days (inclusive), a category or channel, and by what to group them.

    Codes may be bare (`land`) or full (`category/1:land`).
    """

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    group_by: Literal["child", "day", "category", "channel", "tier"] | None = None
    first: date | None = None
    last: date | None = None
    category: str | None = None
    channel: str | None = None

    def cells(self, area: str, naming: Naming) -> store.Wanted:
        """Which cells these are. Raises `UnknownCodes`."""
        given = self.model_dump(include={"category", "channel"}, exclude_none=True)
        full = complete(naming.codes, given, "query.")
        below = naming.below(area)
        return store.Wanted(area, self.group_by, _iso(self.first), _iso(self.last), **full, below=below)

    def durations(self, counts: Counts, own: Own) -> tuple[views.DistributionView, ...]:
        """How long things took; nothing by category or channel, of which durations are not kept apart."""
        return () if self.category or self.channel else views.distributions_of(counts, own)


def routes(app: FastAPI, database: Database, naming: Naming, tier: Tier) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics")
    async def metrics(asked: Annotated[Asked, Query()]) -> views.MetricsView:
        """A snapshot. The sum over all tiers this one hears of; `tiers` says how current each is."""
        area = asked.area or naming.root
        if area not in naming.areas:
            raise unknown_area()
        wanted = asked.cells(area, naming)
        async with database.connection() as connection:
            now: datetime = await connection.fetchval("select now()")
            groups = await store.sums(connection, wanted)
            states = await store.tiers(connection)
        whole = views.merged(groups)
        own = naming.own.and_seen(whole)
        return views.MetricsView(
            as_of=now,
            area=area,
            tiers={one: _tier(states, one) for one in TIERS if one in states or one == tier},
            counts=views.counts_of(whole),
            activities=views.activities_of(whole),
            by_tier=views.by_tier(whole),
            rates=views.rates_of(whole, now, own),
            distributions=asked.durations(whole, own),
            groups=views.groups_of(groups, naming.labels, now, own) if asked.group_by else (),
        )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _tier(states: Mapping[str, tuple[datetime, float]], tier: str) -> views.TierView:
    if tier not in states:
        return views.TierView(as_of=None, stale=True)
    as_of, age = states[tier]
    return views.TierView(as_of=as_of.isoformat(), stale=age > STALE_S)
