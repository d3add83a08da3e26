"""月排名: the areas of a level side by side by one figure, over HTTP. Areas, never persons."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from doors.areas import unknown_area
from doors.download import attachment
from doors.gate import within
from doors.problems import Problem
from doors.spreadsheet import Cell, sheet
from messaging.database import Database, clock
from schemas.base import AreaCode
from services.metrics import periods, ranked, showing, store
from services.metrics.api_figures import CSV, JSON, TABLE, Format, MetricName, PeriodKey, wants_table
from services.metrics.area_sums import Beside, by_area
from services.metrics.catalogue import Unknown
from services.metrics.definition import Better, Definition
from services.metrics.finality import Provisional, standing
from services.metrics.headcounts import People
from services.metrics.naming import Naming
from services.metrics.printed import YES_NO
from services.metrics.sums import Sum
from services.metrics.views import PeriodView, WordView

Level = Literal["town", "village"]


class Asked(BaseModel):
    """Which areas (of a level, in an area), by which figure (an id for its newest version, or id@version), when."""

    model_config = ConfigDict(extra="forbid")
    metric: MetricName
    period: PeriodKey
    level: Level = "town"
    area: AreaCode | None = None
    format: Format | None = None
    """Without one, the header Accept says which."""


class RankingsView(BaseModel):
    """Areas in order, by one figure of one period. Equal fractions share a rank, and the next ones are left out."""

    id: str
    """The figure, as `id@version`."""
    zh: str
    en: str
    area: str
    level: Level
    period: PeriodView
    better: Better
    """Which way they are ranked."""
    rank_from: int
    """From which denominator on an area has a rank."""
    unit: str
    unit_en: str
    cohort_zh: str
    cohort_en: str
    as_of: datetime
    final: bool
    provisional: Provisional | None
    interval: Literal["wilson-95", "poisson-95"]
    """How `low` and `high` are found: of a share (Wilson), or of a number of events (Byar)."""
    headcount: str | None
    """By whose heads, where it is of a headcount: an area whose heads are counted otherwise has no rank here."""
    places: tuple[ranked.PlaceView, ...]
    words: dict[str, WordView]


class Standings(BaseModel):
    """What the database said."""

    counts: dict[str, Sum]
    heard: dict[str, datetime]
    now: datetime


def routes(app: FastAPI, database: Database, naming: Naming) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics/rankings", response_model=RankingsView, responses=TABLE)
    async def rankings(asked: Annotated[Asked, Query()], request: Request) -> Response:
        """The towns or villages of an area, ranked by a figure of a period, each with how sure its rank is."""
        mine = naming.narrowed(within())
        area = asked.area or mine.root
        areas = of_level(mine, area, asked.level)
        one = _rankable(asked.metric, mine)
        found = await _read(database, asked, area, one)
        shown = _view(asked, areas, one, found, mine)
        if wants_table(asked.format, request.headers.get("accept", "")):
            return _table(shown, naming)
        return Response(shown.model_dump_json(), media_type=JSON, headers={"vary": "Accept"})


def of_level(naming: Naming, area: str, level: str) -> list[str]:
    """All areas of a level in an area. Raises `Problem` for an area nobody knows, or one below the level."""
    if area not in naming.areas:
        raise unknown_area()
    found = [code for code, one in naming.areas.items() if one.tier == level and code.startswith(area)]
    if not found:
        raise _wrong("query.level", "no area of this level lies in the area")
    return sorted(found)


def _rankable(name: str, naming: Naming) -> Definition:
    """The one figure of a name. Raises `Problem` if there is none, or if it ranks no areas."""
    try:
        named = naming.catalogue.named([name], naming.own)
    except Unknown as error:
        what = "is not the id of a figure; GET /v1/metrics/definitions has them all"
        fields = [("query.metric", what)]
        raise Problem(
            422, "unknown-metric", "There is no such figure.", zh="没有这个指标", fields=fields
        ) from error
    if len(named) > 1:
        raise _wrong("query.metric", f"stands for several: {', '.join(one.id for one in named)}")
    if named[0].better == "none":
        raise _wrong("query.metric", "ranks no areas: neither more nor less of it is better")
    return named[0]


def _wrong(field: str, what: str) -> Problem:
    return Problem(
        422,
        "invalid",
        "Some fields cannot be used as they are.",
        zh="部分字段不符合要求",
        fields=[(field, what)],
    )


async def _read(database: Database, asked: Asked, area: str, one: Definition) -> Standings:
    """In one snapshot: no tier may be more current than the cells that were added up."""
    period = periods.parse(asked.period)
    measures = {*one.numerator, *one.denominator, *one.apart}
    async with database.transaction() as tx:
        await tx.execute("set transaction isolation level repeatable read, read only")
        now = await clock(tx)
        counts = await by_area(tx, Beside(area, asked.level, period.first, period.last, measures), "tier")
        heard = {tier: as_of for tier, (as_of, _) in (await store.tiers(tx)).items()}
    return Standings(counts=counts, heard=heard, now=now)


def _view(asked: Asked, areas: list[str], one: Definition, found: Standings, naming: Naming) -> RankingsView:
    period = periods.parse(asked.period)
    known = standing(found.now, found.heard, naming.tiers, naming.own.zone).over(period.first, period.last)
    figures = {
        area: showing.figure_of(one, found.counts.get(area, {}), known, People(naming.own.headcounts, area))
        for area in areas
    }
    places = ranked.ranked(one, figures, naming.labels)
    days, said = showing.period_of(period.first, period.last, period), showing.said(one, known)
    why = said["provisional"]
    return RankingsView(
        area=asked.area or naming.root,
        level=asked.level,
        period=days,
        better=one.better,
        rank_from=one.rank_from,
        interval="wilson-95" if one.kind == "share" else "poisson-95",
        headcount=one.headcount,
        places=places,
        words=ranked.words_of(places) | ({why: showing.WORDS[why]} if why else {}),
        **said,
    )


def _table(shown: RankingsView, naming: Naming) -> Response:
    """The same as a table for a spreadsheet."""
    as_of = shown.as_of.astimezone(naming.own.zone).isoformat(timespec="seconds")
    why = shown.provisional and f"{shown.words[shown.provisional].zh} {shown.provisional}"
    beside: list[Cell] = [
        shown.level, shown.period.key, shown.id, shown.zh, shown.en, shown.unit, shown.cohort_zh, as_of,
        YES_NO[shown.final], why,
    ]  # fmt: skip
    text = sheet(ranked.HEADINGS, ranked.rows(shown.places, beside))
    name = f"ranking-{shown.id}-{shown.area}-{shown.period.key}.csv"
    headers = {"content-disposition": attachment(name), "vary": "Accept"}
    return Response(text, media_type=CSV, headers=headers)
