"""防造假提示 over HTTP: what looks like gaming in the figures of areas and a month, each flag with its evidence."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field

from doors.gate import within
from doors.problems import Problem
from messaging.database import Database, clock
from policy.watching import Flags
from schemas.base import AreaCode, Tier
from services.metrics import periods, showing, store
from services.metrics.api_figures import PeriodKey
from services.metrics.api_rankings import of_level
from services.metrics.area_sums import Beside, by_area
from services.metrics.evidence import Incident, Place, behind
from services.metrics.finality import Provisional, standing
from services.metrics.flags import WORDS, Daily, Flag, Kind, by_day, flags
from services.metrics.naming import Naming
from services.metrics.periods import Period
from services.metrics.views import PeriodView, WordView

SETTLES_DAYS = 90
"""So long after a month its closings may still be undone, and its parties asked."""
MEASURES = ("resolutions", "closed", "closed_undone", "one_hand.", "answer.")
"""What flags are made of."""
BEHIND: dict[tuple[Kind, str], str] = {
    ("one-hand", "resolved"): "one_hand.resolved",
    ("one-hand", "closed"): "one_hand.closed",
    ("closed-and-reopened", "closed"): "closed_undone",
    ("month-end", "resolved"): "resolved",
    ("month-end", "closed"): "closed",
}
"""Which incidents stand behind a flag. Answers that are all alike have all of the month behind them: counts say it."""


class Asked(BaseModel):
    """Which areas, of which month; `limit`: so many incidents of each flag."""

    model_config = ConfigDict(extra="forbid")
    period: PeriodKey
    area: AreaCode | None = None
    level: Tier = "village"
    limit: Annotated[int, Field(ge=0, le=200)] = 20


class IncidentView(BaseModel):
    """An incident behind a flag, and the two moments that put it there. Nothing of who acted."""

    incident_id: str
    since: datetime
    until: datetime


class FlagView(BaseModel):
    """One thing in the figures of an area that deserves a look. It is no verdict, and says nothing of any person."""

    kind: Kind
    zh: str
    en: str
    area: str
    area_zh: str
    area_en: str
    about: str
    """What of it: `resolved` or `closed`, or the role of the parties who were asked."""
    seen: dict[str, int]
    expected: dict[str, str]
    """The limits it reached, and what is usual."""
    by_day: dict[str, int]
    """Of a burst: how many on each day of the month."""
    incidents: tuple[IncidentView, ...]
    """Those that `tier` of the answer knows, the quickest first; other tiers list their own."""


class FlagsView(BaseModel):
    """All flags of the areas of a level, in a month."""

    area: str
    level: Tier
    period: PeriodView
    tier: Tier
    """Whose incidents are listed; the counts are of all tiers."""
    as_of: datetime
    final: bool
    provisional: Provisional | None
    flags: tuple[FlagView, ...]
    words: dict[str, WordView]


class Raised(NamedTuple):
    """A flag of an area."""

    area: str
    flag: Flag
    daily: Daily


class Watched(NamedTuple):
    """Where flags are raised: by which rules, among whom, and whose incidents are known here."""

    naming: Naming
    rules: Flags
    tier: Tier


class Found(NamedTuple):
    """What the database said, as of one moment."""

    raised: Sequence[Raised]
    incidents: Mapping[Place, Sequence[Incident]]
    heard: Mapping[str, datetime]
    now: datetime


def routes(app: FastAPI, database: Database, watched: Watched) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics/flags")
    async def raised(asked: Annotated[Asked, Query()]) -> FlagsView:
        """What looks like gaming, area by area, with what was seen, what was expected, and the incidents behind it."""
        period = _month(asked.period)
        mine = watched._replace(naming=watched.naming.narrowed(within()))
        areas = of_level(mine.naming, asked.area or mine.naming.root, asked.level)
        return _view(await _read(database, asked, areas, mine), asked, period, mine)


def _month(written: str) -> Period:
    period = periods.parse(written)
    if period.kind != "month":
        fields = [("query.period", "flags are raised month by month: must be a month such as 2026-11")]
        raise Problem(
            422, "invalid", "Some fields cannot be used as they are.", zh="部分字段不符合要求", fields=fields
        )
    return period


async def _read(database: Database, asked: Asked, areas: Sequence[str], watched: Watched) -> Found:
    period, area = periods.parse(asked.period), asked.area or watched.naming.root
    async with database.transaction() as tx:
        await tx.execute("set transaction isolation level repeatable read, read only")
        now = await clock(tx)
        heard = {tier: as_of for tier, (as_of, _) in (await store.tiers(tx)).items()}
        daily = await by_area(tx, Beside(area, asked.level, period.first, period.last, MEASURES), "day")
        found = [one for area in areas for one in _raised(area, daily.get(area, {}), period, watched)]
        places = {place for one in found if (place := _place(one, period, watched.rules)) is not None}
        return Found(found, await behind(tx, places, asked.limit), heard, now)


def _raised(area: str, daily: Daily, period: Period, watched: Watched) -> Iterator[Raised]:
    days = [day.isoformat() for day in period.days]
    roles = [one.code for one in watched.naming.own.roles]
    for flag in flags(daily, days, roles, watched.rules) if daily else ():
        yield Raised(area, flag, daily)


def _place(raised: Raised, period: Period, rules: Flags) -> Place | None:
    """Where the incidents behind a flag are kept."""
    kept = BEHIND.get((raised.flag.kind, raised.flag.about))
    if kept is None:
        return None
    first, minutes = period.first, None
    if raised.flag.kind == "month-end":
        first = period.last - timedelta(days=rules.month_end.days - 1)
    if raised.flag.kind == "one-hand":
        minutes = rules.one_hand.minutes
    return Place(raised.area, kept, first.isoformat(), period.last.isoformat(), minutes)


def _view(found: Found, asked: Asked, period: Period, watched: Watched) -> FlagsView:
    naming = watched.naming
    known = standing(found.now, found.heard, naming.tiers, naming.own.zone).over(period.first, period.last)
    provisional = known.provisional(SETTLES_DAYS)
    days = showing.period_of(period.first, period.last, period)
    assert days is not None
    return FlagsView(
        area=asked.area or watched.naming.root,
        level=asked.level,
        period=days,
        tier=watched.tier,
        as_of=known.as_of,
        final=provisional is None,
        provisional=provisional,
        flags=tuple(_flag(one, found, period, watched) for one in found.raised),
        words={} if provisional is None else {provisional: showing.WORDS[provisional]},
    )


def _flag(raised: Raised, found: Found, period: Period, watched: Watched) -> FlagView:
    flag, (zh, en) = raised.flag, WORDS[raised.flag.kind]
    area_zh, area_en = watched.naming.labels[raised.area]
    place = _place(raised, period, watched.rules)
    incidents = () if place is None else found.incidents[place]
    return FlagView(
        kind=flag.kind,
        zh=zh,
        en=en,
        area=raised.area,
        area_zh=area_zh,
        area_en=area_en,
        about=flag.about,
        seen=flag.seen,
        expected=flag.expected,
        by_day=by_day(raised.daily, flag.about) if flag.kind == "month-end" else {},
        incidents=tuple(IncidentView(**one._asdict()) for one in incidents),
    )
