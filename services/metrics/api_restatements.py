"""The restatement log over HTTP: what changed after a day was over, by which event, and a figure before and after."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from doors.areas import check_area
from doors.download import attachment
from doors.gate import within
from doors.paging import token_of, untoken
from doors.problems import Problem
from doors.spreadsheet import sheet
from messaging.database import Connection, Database, clock
from schemas.base import TIERS, AreaCode, Moment
from services.metrics import printed_restatements, restatement_pages, store
from services.metrics.api_figures import CSV, TABLE, MetricName, PeriodKey, wants_table
from services.metrics.catalogue import Unknown
from services.metrics.definition import Definition
from services.metrics.headcounts import People
from services.metrics.naming import Naming
from services.metrics.periods import Period, parse
from services.metrics.restated import Kind
from services.metrics.restatement_pages import FIRST, Key, Logged, Wanted
from services.metrics.restatement_views import RestatementsView, Told, row_view, words_of
from services.metrics.undoing import Change, Step, steps


class Asked(BaseModel):
    """Which rows: a subtree of areas, the period they are about, a figure, a kind, and when they were recorded.

    With a metric and a period, only what was recorded after the period was over: that is what restated its figure.
    With a metric and no period, each row restates the figure of its own day. Without a metric, every row stands alone.
    """

    model_config = ConfigDict(extra="forbid")
    area: AreaCode | None = None
    metric: MetricName | None = None
    period: PeriodKey | None = None
    kind: Kind | None = None
    since: Moment | None = None
    """Recorded since, this moment included."""
    until: Moment | None = None
    """Recorded before."""
    after: str | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 50
    format: Literal["json", "csv"] | None = None
    """Without one, the header Accept says which."""

    @property
    def calendar(self) -> Period | None:
        """The period asked for."""
        return None if self.period is None else parse(self.period)

    def wanted(self, area: str, one: Definition | None, zone: tzinfo) -> Wanted:
        """The rows as SQL takes them. Raises `Problem`."""
        period = self.calendar
        first, last = (None, None) if period is None else (period.first, period.last)
        stock = one is not None and one.kind == "stock"
        return Wanted(
            area,
            None if first is None or stock else first.isoformat(),
            None if last is None else last.isoformat(),
            over=None if one is None or period is None else _end(period, zone),
            measures=None if one is None else _measures(one),
            kind=self.kind,
            since=self.since,
            until=self.until,
            after=_key(self.after),
            limit=self.limit,
        )

    def about(self, row: Logged) -> str:
        """Whose figure a row restates: that of its day, or of the one period."""
        return row.key.day if self.period is None else ""


def _end(period: Period, zone: tzinfo) -> datetime:
    return datetime.combine(period.last + timedelta(days=1), time(), zone)


def _measures(one: Definition) -> tuple[str, ...]:
    """What changes a figure, as `tier|measure`."""
    counted = {f"{tier}|{name}" for name in one.numerator for tier in TIERS if one.tier in {None, tier}}
    divided = {f"{tier}|{name}" for name in one.denominator for tier in TIERS}
    return tuple(sorted(counted | divided))


PARTS = 5
"""Of the name in a token: the event and its cell."""


def _key(token: str | None) -> Key:
    """The row a token stands for. Raises `Problem`."""
    if (found := untoken(token)) is None:
        return FIRST
    moment, name = found
    parts = name.rsplit("|", PARTS - 1)
    if len(parts) != PARTS:
        fields = [("after", "is not a token this service gave")]
        raise Problem(422, "invalid", "The page cannot be found.", zh="分页标记无效", fields=fields)
    return Key(moment, *parts)


def _token(key: Key) -> str:
    return token_of(key.recorded_at, "|".join(key[1:]))


def routes(app: FastAPI, database: Database, naming: Naming) -> None:
    """Adds them to the door."""

    @app.get("/v1/metrics/restatements", response_model=RestatementsView, responses=TABLE)
    async def restatements(asked: Annotated[Asked, Query()], request: Request) -> RestatementsView | Response:
        """What changed after its day was over, newest first; filters narrow, `after` pages.

        A table has the link to its next page in the header Link.
        """
        mine = naming.narrowed(within())
        check_area(asked.area, mine.areas)
        async with database.transaction() as tx:
            await tx.execute("set transaction isolation level repeatable read, read only")
            found = await _page(tx, asked, mine)
        if not wants_table(asked.format, request.headers.get("accept", "")):
            return found
        text = sheet(printed_restatements.HEADINGS, printed_restatements.rows(found, naming))
        return Response(text, media_type=CSV, headers=_headers(found, request))


def _headers(found: RestatementsView, request: Request) -> dict[str, str]:
    headers = {
        "content-disposition": attachment(f"restatements-{found.area}.csv"),
        "vary": "Accept",
    }
    if found.next is None:
        return headers
    return headers | {"link": f'<?{request.url.include_query_params(after=found.next).query}>; rel="next"'}


async def _page(tx: Connection, asked: Asked, naming: Naming) -> RestatementsView:
    area = asked.area or naming.root
    one = None if asked.metric is None else await _figure(tx, asked, area, naming)
    told = None if one is None else Told(one, People(naming.own.headcounts, area), asked.calendar)
    wanted = asked.wanted(area, one, naming.own.zone)
    rows = await restatement_pages.page(tx, wanted)
    around = await _steps(tx, asked, wanted, rows) if rows and told else iter(())
    shown = tuple(row_view(row, told, next(around, None)) for row in rows)
    return RestatementsView(
        as_of=await clock(tx),
        area=area,
        period=asked.period,
        metric=None if told is None else told.name,
        restatements=shown,
        next=_token(rows[-1].key) if len(rows) == asked.limit else None,
        words=words_of(shown),
    )


async def _figure(connection: Connection, asked: Asked, area: str, naming: Naming) -> Definition:
    """The one figure that was asked for, of rings also where they are in force no more. Raises `Problem`."""
    assert asked.metric is not None
    names = [asked.metric]
    if naming.catalogue.strange(names):
        raise _unknown()
    seen = (await store.sums(connection, store.Wanted(area))).get("", {})
    try:
        found = naming.catalogue.named(names, naming.own.and_seen(seen))
    except Unknown as error:
        raise _unknown() from error
    if len(found) > 1:
        raise _not_so("metric", "stands for several: " + ", ".join(one.key for one in found))
    if found[0].kind == "duration":
        raise _not_so(
            "metric", "is a duration, which has no numerator; without a metric its buckets are listed"
        )
    if found[0].kind == "age":
        raise _not_so("metric", "is of now and of no past day, so nothing restates it")
    if found[0].kind == "stock" and asked.period is None:
        raise _not_so("period", "is needed for a stock, which is what was added on all days up to one")
    return found[0]


def _unknown() -> Problem:
    what = "is not the id of a figure; GET /v1/metrics/definitions has them all"
    fields = [("query.metric", what)]
    return Problem(422, "unknown-metric", "There is no such figure.", zh="没有这个指标", fields=fields)


def _not_so(field: str, what: str) -> Problem:
    title, zh = "Some fields cannot be used as they are.", "部分字段不符合要求"
    return Problem(422, "invalid", title, zh=zh, fields=[(f"query.{field}", what)])


async def _steps(tx: Connection, asked: Asked, wanted: Wanted, rows: list[Logged]) -> Iterator[Step]:
    """The counts around each row of a page."""
    days = sorted({row.key.day for row in rows}) if asked.period is None else []
    current = await restatement_pages.current(tx, wanted, days)
    between = await restatement_pages.between(tx, wanted, rows[-1].key, days)
    return steps(current, between, [Change(asked.about(row), row.tier, row.changes) for row in rows])
