"""The figures over HTTP: a snapshot, each with its definition, numerator, denominator, cohort and as-of time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import FastAPI, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from doors.areas import unknown_area
from doors.download import attachment
from doors.gate import within
from doors.problems import Problem
from doors.spreadsheet import sheet
from messaging.database import Database
from schemas.base import EARLIEST_YEAR, LATEST_YEAR, TIERS, AreaCode, Tier
from schemas.codes import complete
from services.metrics import aging, periods, printed, showing, store, views
from services.metrics.backlog_store import waiting
from services.metrics.catalogue import Unknown
from services.metrics.definition import Definition
from services.metrics.figures import Counts
from services.metrics.finality import standing
from services.metrics.headcounts import People
from services.metrics.naming import Naming
from services.metrics.periods import Period
from services.metrics.reading import Found, read
from services.metrics.showing import Chosen
from services.metrics.stream import STALE_S
from services.metrics.sums import Sums, merged, running
from services.metrics.sums import standing as grouped


def _period(written: str) -> str:
    """Raises `ValueError` saying how a period is written."""
    periods.parse(written)
    return written


PeriodKey = Annotated[str, StringConstraints(max_length=10), AfterValidator(_period)]
Day = Annotated[date, Field(ge=date(EARLIEST_YEAR, 1, 1), le=date(LATEST_YEAR, 12, 31))]
MetricName = Annotated[str, StringConstraints(min_length=1, max_length=120)]


CSV, JSON = "text/csv", "application/json"
KINDS = (CSV, JSON, "application/*", "*/*")
TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}


Format = Literal["json", "csv"]


class Asked(BaseModel):
    """Which figures: a subtree of areas, a period or days (inclusive), a category or channel, by what to group them.

    Codes may be bare (`land`) or full (`category/1:land`); a `metric` is an id (its newest version) or an id@version.
    """

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    group_by: (
        Literal["child", "day", "week", "month", "quarter", "year", "category", "channel", "tier"] | None
    ) = None
    period: PeriodKey | None = None
    first: Day | None = None
    last: Day | None = None
    category: str | None = None
    channel: str | None = None
    metric: Annotated[list[MetricName], Field(max_length=100)] = []
    format: Format | None = None
    """Without one, the header Accept says which."""

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError("first must not be later than last")
        return self

    @property
    def calendar(self) -> Period | None:
        """The period asked for."""
        return None if self.period is None else periods.parse(self.period)

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day. Raises `Problem` where a period stands beside days."""
        one = self.calendar
        if one is None:
            return self.first, self.last
        if self.first or self.last:
            raise Problem(
                422, "invalid", "Some fields cannot be used as they are.", zh="部分字段不符合要求",
                fields=[("query.period", "stands beside first or last; ask for a period or for days")],
            )  # fmt: skip
        return one.first, one.last

    def cells(self, area: str, naming: Naming) -> store.Wanted:
        """Which cells these are. Raises `UnknownCodes`, `Problem`."""
        given = self.model_dump(include={"category", "channel"}, exclude_none=True)
        full = complete(naming.codes, given, "query.")
        first, last = self.days()
        timed = not self.metric or naming.catalogue.times(self.metric)
        days, below = (_iso(first), _iso(last)), naming.below(area)
        return store.Wanted(area, self.group_by, *days, **full, below=below, durations=timed)

    def chosen(self, naming: Naming, counts: Counts) -> tuple[Definition, ...]:
        """The definitions asked for, or all; of rings also those that were counted. Raises `Problem`."""
        own = naming.own.and_seen(counts)
        try:
            return naming.catalogue.named(self.metric, own) if self.metric else naming.catalogue.figures(own)
        except Unknown as error:
            raise unknown_metric(self.metric, error.names) from error

    def stocks(self, naming: Naming) -> frozenset[str]:
        """The measures of the stocks that are shown; only those of rings of old are not known before they are read."""
        try:
            definitions = self.chosen(naming, {})
        except Problem:
            definitions = naming.catalogue.figures(naming.own)
        return showing.measures_of(definitions, "stock")

    @property
    def timed(self) -> bool:
        """Whether each group is to have durations of its own: asked for by name, of what keeps them apart."""
        apart = not (self.category or self.channel or self.group_by in {"category", "channel"})
        return bool(self.metric) and apart

    def durations(self, chosen: Chosen, counts: Counts) -> tuple[views.DistributionView, ...]:
        """How long things took; nothing by category or channel, of which durations are not kept apart."""
        narrow = self.category or self.channel
        return () if narrow else showing.distributions_of(chosen.definitions, counts, chosen.known)


def routes(app: FastAPI, database: Database, naming: Naming, tier: Tier) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics", response_model=views.MetricsView, responses=TABLE)
    async def metrics(asked: Annotated[Asked, Query()], request: Request) -> Response:
        """A snapshot. The sum over all tiers this one hears of; `tiers` says how current each is."""
        mine = naming.narrowed(within())
        area = asked.area or mine.root
        if area not in mine.areas:
            raise unknown_area()
        if missing := mine.catalogue.strange(asked.metric):
            raise unknown_metric(asked.metric, missing)
        wanted = asked.cells(area, mine)
        async with database.transaction() as tx:
            found = await read(tx, wanted, asked.stocks(naming))
            if aging.is_asked(naming.catalogue.definitions, asked.metric):
                found = replace(
                    found, waiting=await waiting(tx, wanted.area, wanted.category, wanted.channel)
                )
        if not wants_table(asked.format, request.headers.get("accept", "")):
            written = _view(asked, found, mine, tier).model_dump_json()
            return Response(written, media_type=JSON, headers={"vary": "Accept"})
        table = _view(asked.model_copy(update={"format": "csv"}), found, mine, tier)
        text = sheet(printed.HEADINGS, printed.rows(table, naming.labels, naming.own.zone))
        return Response(text, media_type=CSV, headers=_headers(table))


def wants_table(given: str | None, accept: str) -> bool:
    """Whether a table is wanted: by `format`, else by the first kind in Accept that there is."""
    kinds = [one.partition(";")[0].strip() for one in accept.split(",")]
    first = next((one for one in kinds if one in KINDS), "")
    return given == "csv" if given else first == CSV


def _view(asked: Asked, found: Found, naming: Naming, tier: Tier) -> views.MetricsView:
    area, whole = asked.area or naming.root, merged(found.groups.values())
    heard = {one: as_of for one, (as_of, _) in found.tiers.items()}
    known = standing(found.now, heard, naming.tiers, naming.own.zone).over(*asked.days())
    by_name, people = bool(asked.metric), People(naming.own.headcounts, area)
    named = by_name or asked.format == "csv"
    chosen = Chosen(asked.chosen(naming, whole), known, by_name, named, people, asked.timed)
    sums = Sums(whole, merged((*found.before.values(), whole)))
    rates = showing.rates_of(chosen.definitions, whole, known, people)
    counters = showing.counters_of(chosen.definitions, sums, known)
    durations = asked.durations(chosen, whole)
    aged = aging.backlog_of(chosen.definitions, found.waiting, known)
    groups = _groups(asked, found, chosen, naming) if asked.group_by else ()
    grouped_figures = (one for group in groups for one in (*group.rates, *group.counters))
    return views.MetricsView(
        as_of=found.now,
        area=area,
        period=showing.period_of(known.first, known.last, asked.calendar),
        tiers={one: _tier(found.tiers, one) for one in TIERS if one in found.tiers or one == tier},
        counts=showing.counts_of(whole, chosen.made_of),
        activities=showing.activities_of(whole, chosen.made_of),
        by_tier=showing.by_tier(whole, chosen.made_of),
        rates=rates,
        counters=counters,
        distributions=durations,
        backlog=aged,
        groups=groups,
        words=showing.words_of((*rates, *counters, *durations, *grouped_figures, *([aged] if aged else []))),
    )


def _groups(asked: Asked, found: Found, chosen: Chosen, naming: Naming) -> tuple[views.GroupView, ...]:
    if asked.group_by in periods.KINDS:
        stocked = showing.measures_of(chosen.definitions, "stock")
        groups = running(found.groups, merged(found.before.values()), stocked)
    else:
        groups = grouped(found.groups, found.before)
    return showing.groups_of(groups, chosen, naming.labels, asked.group_by)


def unknown_metric(asked: list[str], missing: tuple[str, ...]) -> Problem:
    """422, naming which of them."""
    what = "is not the id of a figure; GET /v1/metrics/definitions has them all"
    fields = [(f"query.metric.{at}", what) for at, one in enumerate(asked) if one in missing]
    return Problem(422, "unknown-metric", "There is no such figure.", zh="没有这个指标", fields=fields)


def _headers(table: views.MetricsView) -> dict[str, str]:
    days = table.period and (table.period.key or f"{table.period.first}-{table.period.last}")
    name = "-".join(("metrics", table.area, *([days] if days else [])))
    return {"content-disposition": attachment(f"{name}.csv"), "vary": "Accept"}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _tier(states: Mapping[str, tuple[datetime, float]], tier: str) -> views.TierView:
    if tier not in states:
        return views.TierView(as_of=None, stale=True)
    as_of, age = states[tier]
    return views.TierView(as_of=as_of.isoformat(), stale=age > STALE_S)
