"""SQL of unusual days: what they are judged by, and the marks, which are added in sets, once, and never change."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from asyncpg import Record

from messaging.columns import numbers, texts
from messaging.database import Connection
from schemas.base import Tier
from schemas.metrics import MetricUnusualDay

LOCK = 0x756E7573
"""Advisory lock of whoever judges (the letters "unus"), for one transaction: a day is judged by one replica."""
_COLUMNS = "day, area, category, tier, rule, kind, seen, expected, season, score, as_of"


class Marked(NamedTuple):
    """A mark, and how many there are of its day by now."""

    mark: MetricUnusualDay
    seen_now: int


async def last_judged(connection: Connection, rule: str) -> date | None:
    """The last day that was judged by a rule."""
    day: str | None = await connection.fetchval("select max(day) from judged where rule = $1", rule)
    return None if day is None else date.fromisoformat(day)


async def alone(tx: Connection) -> bool:
    """Whether nobody else judges until this transaction ends."""
    taken: bool = await tx.fetchval("select pg_try_advisory_xact_lock($1)", LOCK)
    return taken


async def begins(tx: Connection, tier: Tier) -> dict[str, date]:
    """Village, or whichever area is counted by itself → the first day this tier knows anything of it."""
    rows = await tx.fetch("select left(area, 12), min(day) from cell where tier = $1 group by 1", tier)
    return {area: date.fromisoformat(day) for area, day in rows}


async def received(
    tx: Connection, tier: Tier, area: tuple[str, int], ranges: Sequence[tuple[date, date]]
) -> list[tuple[str, str, date, int]]:
    """Area, category, day, how many reports this tier received: in an area, by so many digits of the codes in it."""
    rows = await tx.fetch(
        """
        select left(area, $3), category, day, sum((counts ->> 'received')::bigint)::bigint
        from cell
        where tier = $1 and area ^@ $2 and category <> ''
            and exists (select from unnest(texts($4), texts($5)) as r (first, last) where day between first and last)
        group by 1, 2, 3 having sum((counts ->> 'received')::bigint) > 0
        """,
        tier,
        *area,
        *(texts([day.isoformat() for day in column]) for column in zip(*ranges, strict=True)),
    )
    return [(found, category, date.fromisoformat(day), count) for found, category, day, count in rows]


async def note(tx: Connection, marks: Sequence[MetricUnusualDay], *, to_publish: bool) -> None:
    """Adds marks; one that is there already stays as it is."""
    if not marks:
        return
    columns = zip(*(_row(one) for one in marks), strict=True)
    await tx.execute(
        f"""
        insert into unusual ({_COLUMNS}, unpublished)
        select day, area, category, tier, rule, kind, seen::bigint, expected, season, score, as_of::timestamptz, $12
        from unnest(texts($1), texts($2), texts($3), texts($4), texts($5), texts($6), texts($7), texts($8), texts($9),
            texts($10), texts($11)) as n ({_COLUMNS})
        on conflict do nothing
        """,  # noqa: S608 - a list of columns, nothing from outside
        *(texts(column) for column in columns),
        to_publish,
    )


async def judged(tx: Connection, rule: str, day: date) -> None:
    """A day is judged by a rule, and will not be again."""
    await tx.execute("insert into judged values ($1, $2) on conflict do nothing", rule, day.isoformat())


async def unpublished(connection: Connection, limit: int) -> list[tuple[int, MetricUnusualDay]]:
    """Some of this tier's marks that have not been published, oldest first, each with its number."""
    rows = await connection.fetch(
        f"select id, {_COLUMNS} from unusual where unpublished order by id limit $1",  # noqa: S608
        limit,
    )
    return [(row["id"], _mark(row)) for row in rows]


async def mark_published(connection: Connection, sent: Sequence[int]) -> None:
    """Notes which marks the broker has acknowledged."""
    await connection.execute(
        "update unusual set unpublished = false where id = any(numbers($1))", numbers(sent)
    )


async def republish(connection: Connection, tier: Tier) -> int:
    """Marks all of this tier's to be published again, for a broker that lost them. Returns how many."""
    status = await connection.execute("update unusual set unpublished = true where tier = $1", tier)
    return int(status.rpartition(" ")[2])


async def found(connection: Connection, area: str, days: tuple[date, date], limit: int) -> list[Marked]:
    """The marks of an area with all in it, of days from the first to the last, latest first; so many at most."""
    rows = await connection.fetch(
        f"""
        select {_COLUMNS}, coalesce(seen_now, 0) as seen_now
        from (
            select * from unusual where area ^@ $1 and day between $2 and $3
            order by day desc, area, category, tier, rule limit $4
        ) as u
        cross join lateral (
            select sum((counts ->> 'received')::bigint)::bigint as seen_now from cell c
            where c.tier = u.tier and c.area ^@ u.area and c.day = u.day and c.category <> ''
                and u.category in ('', c.category)
        ) as now
        order by day desc, area, category, tier, rule
        """,  # noqa: S608
        area,
        *(day.isoformat() for day in days),
        limit,
    )
    return [Marked(_mark(row), row["seen_now"]) for row in rows]


def _row(one: MetricUnusualDay) -> tuple[str, ...]:
    return (
        one.day.isoformat(), one.area, one.category, one.tier, one.rule, one.kind, str(one.seen), one.expected,
        one.season, one.score, one.as_of.isoformat(),
    )  # fmt: skip


def _mark(row: Record) -> MetricUnusualDay:
    return MetricUnusualDay(
        tier=row["tier"],
        area=row["area"],
        category=row["category"],
        day=date.fromisoformat(row["day"]),
        kind=row["kind"],
        seen=row["seen"],
        expected=row["expected"],
        season=row["season"],
        score=row["score"],
        rule=row["rule"],
        as_of=row["as_of"],
    )
