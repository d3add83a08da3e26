"""Every SQL statement of metrics; cells travel in sets, in key order so that replicas never deadlock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from asyncpg import Record

from messaging.database import Connection
from schemas.base import Tier
from services.metrics.facts import Cell


class Published(NamedTuple):
    """A cell with its value as a tier published it."""

    cell: Cell
    value: int
    version: int


class Total(NamedTuple):
    """The all-time sum of a measure in an area at a tier."""

    tier: str
    area: str
    measure: str
    value: int


async def add(tx: Connection, tier: Tier, changes: Mapping[Cell, int]) -> None:
    """Adds increments to this tier's cells and marks them to be published."""
    cells = sorted(one for one, by in changes.items() if by)
    if not cells:
        return
    await tx.execute(
        """
        insert into cell as c (tier, measure, area, day, category, channel, value, version, unpublished)
        select $1, *, 1, true from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
        on conflict (tier, measure, area, day, category, channel) do update
        set value = c.value + excluded.value, version = c.version + 1, unpublished = true
        """,
        tier,
        *_columns(cells),
        [changes[one] for one in cells],
    )
    await _add_totals(tx, tier, changes)


def _columns(cells: Sequence[Cell]) -> tuple[list[str], ...]:
    return (
        [one.measure for one in cells],
        [one.area for one in cells],
        [one.day for one in cells],
        [one.category for one in cells],
        [one.channel for one in cells],
    )


async def _add_totals(tx: Connection, tier: str, changes: Mapping[Cell, int]) -> None:
    sums: dict[tuple[str, str], int] = {}
    for cell, by in changes.items():
        sums[cell.measure, cell.area] = sums.get((cell.measure, cell.area), 0) + by
    ordered = sorted(sums)
    await tx.execute(
        """
        insert into total as t (tier, measure, area, value, changed_at)
        select $1, *, clock_timestamp() from unnest($2::text[], $3::text[], $4::bigint[])
        on conflict (tier, measure, area) do update
        set value = t.value + excluded.value, changed_at = excluded.changed_at
        """,
        tier,
        [measure for measure, _ in ordered],
        [area for _, area in ordered],
        [sums[one] for one in ordered],
    )


async def receive(tx: Connection, tier: Tier, given: Mapping[Cell, Published]) -> None:
    """Takes over another tier's cells; an older version than the one here changes nothing."""
    cells = sorted(given)
    rows = await tx.fetch(
        """
        select measure, area, day, category, channel, value, version from cell
        join unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            as given (measure, area, day, category, channel) using (measure, area, day, category, channel)
        where tier = $1 order by 1, 2, 3, 4, 5 for update of cell
        """,
        tier,
        *_columns(cells),
    )
    here = {_cell(row): row for row in rows}
    newer = [one for one in cells if one not in here or here[one]["version"] < given[one].version]
    await tx.execute(
        """
        insert into cell as c (tier, measure, area, day, category, channel, value, version, unpublished)
        select $1, *, false
        from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
        on conflict (tier, measure, area, day, category, channel) do update
        set value = excluded.value, version = excluded.version
        """,
        tier,
        *_columns(newer),
        [given[one].value for one in newer],
        [given[one].version for one in newer],
    )
    await _add_totals(
        tx, tier, {one: given[one].value - (here[one]["value"] if one in here else 0) for one in newer}
    )


async def note_alive(tx: Connection, tier: str, as_of: datetime) -> None:
    """A tier's figures are current as of a moment; an older moment changes nothing."""
    await tx.execute(
        """
        insert into tier_state as s (tier, as_of) values ($1, $2)
        on conflict (tier) do update set as_of = greatest(s.as_of, excluded.as_of)
        """,
        tier,
        as_of,
    )


async def unpublished(connection: Connection, tier: Tier, limit: int) -> list[Published]:
    """Some of this tier's cells whose present value has not been published."""
    rows = await connection.fetch(
        """
        select measure, area, day, category, channel, value, version from cell
        where unpublished and tier = $1 limit $2
        """,
        tier,
        limit,
    )
    return [Published(_cell(row), row["value"], row["version"]) for row in rows]


def _cell(row: Record) -> Cell:
    return Cell(row["measure"], row["area"], row["day"], row["category"], row["channel"])


async def mark_published(connection: Connection, tier: Tier, sent: Sequence[Published]) -> None:
    """Notes what the broker has acknowledged; a cell that changed meanwhile stays to be published."""
    await connection.execute(
        """
        update cell c set unpublished = false
        from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            as s (measure, area, day, category, channel, version)
        where c.tier = $1 and c.measure = s.measure and c.area = s.area and c.day = s.day
            and c.category = s.category and c.channel = s.channel and c.version = s.version
        """,
        tier,
        *_columns([one.cell for one in sent]),
        [one.version for one in sent],
    )


async def republish(connection: Connection, tier: Tier) -> int:
    """Marks all of this tier's cells to be published again, for a broker that lost them. Returns how many."""
    status = await connection.execute("update cell set unpublished = true where tier = $1", tier)
    return int(status.rpartition(" ")[2])


async def totals(connection: Connection, since: datetime | None) -> list[Total]:
    """All totals, or those changed since a moment."""
    rows = await connection.fetch(
        "select tier, area, measure, value from total where $1::timestamptz is null or changed_at > $1", since
    )
    return [Total(*row.values()) for row in rows]


async def tiers(connection: Connection) -> dict[str, tuple[datetime, float]]:
    """Each tier's as-of, and how many seconds ago that was by this database's clock."""
    rows = await connection.fetch(
        "select tier, as_of, extract(epoch from now() - as_of)::float8 as age from tier_state"
    )
    return {row["tier"]: (row["as_of"], row["age"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cells to add up: a subtree of areas, days from and to (inclusive), and by what to group."""

    area: str
    group_by: str | None = None
    first: str | None = None
    last: str | None = None
    category: str | None = None
    channel: str | None = None


GROUPS = {
    None: "''",
    "day": "day",
    "category": "category",
    "channel": "channel",
    "tier": "tier",
    "child": "left(area, length($1) + 3)",
}
"""What the figures may be grouped by, as SQL; nothing a caller sends becomes SQL."""


async def sums(connection: Connection, wanted: Wanted) -> dict[str, dict[str, dict[str, int]]]:
    """Group → tier → measure → sum. Distributions have no category or channel, so such a filter leaves them out."""
    if wanted.group_by in {None, "tier", "child"} and not (
        wanted.first or wanted.last or wanted.category or wanted.channel
    ):
        rows = await connection.fetch(
            f"select {GROUPS[wanted.group_by]} as key, tier, measure, sum(value)::bigint as value"  # noqa: S608
            " from total where area like $1 || '%' group by 1, 2, 3",
            wanted.area,
        )
    else:
        rows = await connection.fetch(
            f"select {GROUPS[wanted.group_by]} as key, tier, measure, sum(value)::bigint as value"  # noqa: S608
            " from cell where area like $1 || '%'"
            " and ($2::text is null or day >= $2) and ($3::text is null or day <= $3)"
            " and ($4::text is null or category = $4) and ($5::text is null or channel = $5) group by 1, 2, 3",
            wanted.area, wanted.first, wanted.last, wanted.category, wanted.channel,
        )  # fmt: skip
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        found.setdefault(row["key"], {}).setdefault(row["tier"], {})[row["measure"]] = row["value"]
    return found
