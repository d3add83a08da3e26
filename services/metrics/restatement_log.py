"""SQL that writes the restatement log: rows are added in sets, once; only a rebuild changes one, and says so."""

from collections.abc import Sequence
from datetime import date

from asyncpg import Record
from pydantic_core import from_json, to_json

from messaging.backlog import MOST
from messaging.columns import numbers, texts
from messaging.database import Connection
from schemas.base import Tier
from schemas.metrics import MetricRestated
from services.metrics.restated import Restatement

_COLUMNS = "recorded_at, event, area, day, category, channel, tier, source, type, kind, occurred_at, changes"
_ROWS = f"""
    insert into restatement ({_COLUMNS})
    select * from unnest(texts($1)::timestamptz[], texts($2), texts($3), texts($4), texts($5), texts($6), texts($7),
        texts($8), texts($9), texts($10), texts($11)::timestamptz[], texts($12)::json[])
"""  # noqa: S608 - a list of columns, nothing from outside
_INSERT = f"{_ROWS} on conflict do nothing"
_TAKE = f"""{_ROWS}
    on conflict (recorded_at, event, area, day, category, channel) do update set changes = excluded.changes
    where restatement.changes::text <> excluded.changes::text
"""


async def note(tx: Connection, tier: Tier, rows: Sequence[Restatement]) -> None:
    """Adds this tier's rows and marks them to be published; one that is there already changes nothing."""
    if rows:
        await tx.execute(
            f"with made as ({_INSERT} returning id) insert into unpublished_restatement select id from made",  # noqa: S608
            *_columns([(tier, one) for one in rows]),
        )


async def take_over(tx: Connection, said: Sequence[MetricRestated]) -> None:
    """Adds other tiers' rows; of one that was said twice, what was said last stands, be it that nothing changed."""
    latest = {(one.recorded_at, one.event, one.area, one.day, one.category, one.channel): one for one in said}
    if latest:
        await tx.execute(_TAKE, *_columns([(one.tier, _row(one)) for one in latest.values()]))


def _row(said: MetricRestated) -> Restatement:
    return Restatement(
        said.event,
        said.event_source,
        said.event_type,
        said.occurred_at,
        said.recorded_at,
        said.kind,
        said.area,
        said.day.isoformat(),
        said.category,
        said.channel,
        dict(said.changes),
    )


def _columns(rows: Sequence[tuple[Tier, Restatement]]) -> tuple[str, ...]:
    columns = zip(
        *(
            (
                row.recorded_at.isoformat(),
                row.event,
                row.area,
                row.day,
                row.category,
                row.channel,
                tier,
                row.source,
                row.type,
                row.kind,
                row.occurred_at.isoformat(),
                to_json(row.changes).decode(),
            )
            for tier, row in rows
        ),
        strict=True,
    )
    return tuple(texts(column) for column in columns)


async def unpublished(connection: Connection, limit: int) -> list[tuple[int, MetricRestated]]:
    """Some of this tier's rows that have not been published, oldest first, each with its number."""
    rows = await connection.fetch(
        f"""
        select id, {_COLUMNS}
        from (select id from unpublished_restatement order by id limit $1) as next join restatement using (id)
        """,  # noqa: S608
        limit,
    )
    return [(row["id"], _said(row)) for row in rows]


def _said(row: Record) -> MetricRestated:
    return MetricRestated(
        tier=row["tier"],
        event=row["event"],
        event_source=row["source"],
        event_type=row["type"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        kind=row["kind"],
        area=row["area"],
        day=date.fromisoformat(row["day"]),
        category=row["category"],
        channel=row["channel"],
        changes=tuple(from_json(row["changes"]).items()),
    )


async def waiting(connection: Connection) -> int:
    """How many rows are still to be published, `backlog.MOST` at most."""
    number: int = await connection.fetchval(
        "select count(*) from (select from unpublished_restatement limit $1) as seen", MOST
    )
    return number


async def mark_published(connection: Connection, sent: Sequence[int]) -> None:
    """Notes which rows the broker has acknowledged."""
    await connection.execute("delete from unpublished_restatement where id = any(numbers($1))", numbers(sent))


async def republish(connection: Connection, tier: Tier) -> int:
    """Marks all of this tier's rows to be published again, for a broker that lost them. Returns how many."""
    status = await connection.execute(
        "insert into unpublished_restatement select id from restatement where tier = $1 on conflict do nothing",
        tier,
    )
    return int(status.rpartition(" ")[2])
