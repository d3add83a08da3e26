"""异常日 over HTTP: spikes and silences as they were judged, with what was expected and seen."""

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from fastapi import FastAPI, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from doors.areas import unknown_area
from doors.gate import within
from messaging.database import Database, clock
from schemas.base import AreaCode, Tier
from services.metrics import unusual_log
from services.metrics.api_figures import Day
from services.metrics.naming import Naming
from services.metrics.unusual_log import Marked

DAYS = timedelta(days=30)
"""So far back, unless asked otherwise."""
MOST = 1000
WORDS = {"spike": ("突增", "Far more than usual"), "silence": ("突减", "Far less than usual")}
EVERY = ("全部类别", "All categories")


class Asked(BaseModel):
    """Which area with all in it, and which days (inclusive); without any, the last thirty."""

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 200

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError("from must not be later than to")
        return self


class UnusualView(BaseModel):
    """A day of an area and category that was unusual: a hint to look, and no figure."""

    kind: Literal["spike", "silence"]
    zh: str
    en: str
    day: date
    area: str
    area_zh: str
    area_en: str
    category: str
    """Empty: all categories together."""
    category_zh: str
    category_en: str
    tier: Tier
    """Which tier received these reports; each judges its own."""
    seen: int
    """As it was judged, by `as_of`."""
    seen_now: int
    """As it is counted now."""
    restated: bool
    """Whether the day was restated since, so that the mark stands on earlier figures."""
    expected: str
    season: str
    score: str
    rule: str
    as_of: AwareDatetime


class UnusualDaysView(BaseModel):
    """Unusual days, latest first."""

    area: str
    first: date
    last: date
    days: tuple[UnusualView, ...]


def routes(app: FastAPI, database: Database, naming: Naming) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics/unusual")
    async def unusual(asked: Annotated[Asked, Query()]) -> UnusualDaysView:
        """The unusual days of an area with all in it, as every tier judged them."""
        mine = naming.narrowed(within())
        area = asked.area or mine.root
        if area not in mine.areas:
            raise unknown_area()
        async with database.transaction() as tx:
            today = (await clock(tx)).astimezone(naming.own.zone).date()
            last = asked.last or (asked.first + DAYS if asked.first else today)
            first = asked.first or last - DAYS
            found = await unusual_log.found(tx, area, (first, last), asked.limit)
        days = tuple(_view(one, naming) for one in found)
        return UnusualDaysView(area=area, first=first, last=last, days=days)


def _view(one: Marked, naming: Naming) -> UnusualView:
    mark, (zh, en) = one.mark, WORDS[one.mark.kind]
    area_zh, area_en = naming.labels.get(mark.area, (mark.area, mark.area))
    category_zh, category_en = (
        naming.labels.get(mark.category, (mark.category,) * 2) if mark.category else EVERY
    )
    return UnusualView(
        **mark.model_dump(exclude={"type"}),
        zh=zh,
        en=en,
        area_zh=area_zh,
        area_en=area_en,
        category_zh=category_zh,
        category_en=category_en,
        seen_now=one.seen_now,
        restated=one.seen_now != mark.seen,
    )
