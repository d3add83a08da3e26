"""SQL that writes cells: loaded in key order, changed in memory, written back in sets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from asyncpg import Record
from pydantic_core import from_json, to_json

from messaging.database import Connection
from messaging.errors import LostRace
from schemas.base import Tier
from services.metrics.facts import Cell

Counts = dict[str, int]


class Slot(NamedTuple):
    """What a row of cells is counted by; its measures stand in it together."""

    area: str
    day: str
    category: str
    channel: str


@dataclass(frozen=True, slots=True)
class Row:
    """The counts of a slot, and how often they have changed."""

    counts: Counts
    version: int


EMPTY = Row({}, 0)


async def add(tx: Connection, tier: Tier, changes: Mapping[Cell, int]) -> None:
    """Adds increments to this tier's cells and marks them to be published. Raises `LostRace`."""
    by_slot: dict[Slot, Counts] = defaultdict(dict)
    for cell, by in changes.items():
        if by:
            by_slot[Slot(*cell[1:])][cell.measure] = by
    if not by_slot:
        return
    before = await _load(tx, tier, sorted(by_slot))
    after = {slot: _plus(before.get(slot, EMPTY), by) for slot, by in by_slot.items()}
    await _store(tx, tier, before, after, unpublished=True)
    await _add_totals(tx, tier, by_slot)


async def receive(tx: Connection, tier: Tier, given: Mapping[Slot, Row]) -> None:
    """Takes over another tier's cells; an older version than the one here changes nothing. Raises `LostRace`."""
    before = await _load(tx, tier, sorted(given))
    newer = {slot: row for slot, row in given.items() if row.version > before.get(slot, EMPTY).version}
    if not newer:
        return
    await _store(tx, tier, before, newer, unpublished=False)
    await _add_totals(
        tx, tier, {slot: _minus(row.counts, before.get(slot, EMPTY).counts) for slot, row in newer.items()}
    )


def _plus(row: Row, by: Mapping[str, int]) -> Row:
    counts = dict(row.counts)
    for measure, value in by.items():
        counts[measure] = counts.get(measure, 0) + value
    return Row(counts, row.version + 1)


def _minus(counts: Mapping[str, int], before: Mapping[str, int]) -> Counts:
    measures = counts.keys() | before.keys()
    return {one: by for one in measures if (by := counts.get(one, 0) - before.get(one, 0))}


async def _load(tx: Connection, tier: str, slots: Sequence[Slot]) -> dict[Slot, Row]:
    rows = await tx.fetch(
        """
        select area, day, category, channel, counts, version from cell
        join unnest($2::text[], $3::text[], $4::text[], $5::text[]) as wanted (area, day, category, channel)
            using (area, day, category, channel)
        where tier = $1 order by area, day, category, channel for update of cell
        """,
        tier,
        *columns(slots),
    )
    return {slot_of(row): row_of(row) for row in rows}


def slot_of(row: Record) -> Slot:
    """The slot of a database row."""
    return Slot(row["area"], row["day"], row["category"], row["channel"])


def row_of(row: Record) -> Row:
    """The counts of a database row."""
    return Row(from_json(row["counts"]), row["version"])


def columns(slots: Sequence[Slot]) -> tuple[list[str], ...]:
    """Slots as parallel arrays."""
    return (
        [one.area for one in slots],
        [one.day for one in slots],
        [one.category for one in slots],
        [one.channel for one in slots],
    )


async def _store(
    tx: Connection, tier: str, before: Mapping[Slot, Row], after: Mapping[Slot, Row], *, unpublished: bool
) -> None:
    """Writes rows: those loaded and locked are changed, others are new. Raises `LostRace` if one is not."""
    if old := sorted(after.keys() & before.keys()):
        await tx.execute(
            """
            update cell c set counts = n.counts, version = n.version, unpublished = $8
            from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[])
                as n (area, day, category, channel, counts, version)
            where c.tier = $1 and c.area = n.area and c.day = n.day
                and c.category = n.category and c.channel = n.channel
            """,
            tier,
            *_written(old, after),
            unpublished,
        )
    if new := sorted(after.keys() - before.keys()):
        status = await tx.execute(
            """
            insert into cell (tier, area, day, category, channel, counts, version, unpublished)
            select $1, n.*, $8
            from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[]) as n
            on conflict do nothing
            """,
            tier,
            *_written(new, after),
            unpublished,
        )
        _all_written(status, len(new))


def _written(slots: Sequence[Slot], rows: Mapping[Slot, Row]) -> tuple[list[str] | list[int], ...]:
    return (
        *columns(slots),
        [to_json(rows[one].counts).decode() for one in slots],
        [rows[one].version for one in slots],
    )


def _all_written(status: str, wanted: int) -> None:
    if int(status.rpartition(" ")[2]) != wanted:
        raise LostRace("another replica made one of these rows")


async def _add_totals(tx: Connection, tier: str, changes: Mapping[Slot, Mapping[str, int]]) -> None:
    """Adds changes of cells to the totals of their areas, loaded and locked in area order. Raises `LostRace`."""
    sums: dict[str, Counts] = defaultdict(dict)
    for slot, counts in changes.items():
        for measure, by in counts.items():
            sums[slot.area][measure] = sums[slot.area].get(measure, 0) + by
    areas = sorted(sums)
    rows = await tx.fetch(
        "select area, counts, version from total where tier = $1 and area = any($2::text[]) order by area for update",
        tier,
        areas,
    )
    before = {row["area"]: row_of(row) for row in rows}
    after = {area: _plus(before.get(area, EMPTY), by) for area, by in sums.items()}
    status = await tx.execute(
        """
        insert into total as t (tier, area, counts, version, changed_at)
        select $1, n.*, clock_timestamp()
        from unnest($2::text[], $3::jsonb[], $4::bigint[]) as n (area, counts, version)
        on conflict (tier, area) do update
        set counts = excluded.counts, version = excluded.version, changed_at = excluded.changed_at
        where t.version = excluded.version - 1
        """,
        tier,
        areas,
        [to_json(after[one].counts).decode() for one in areas],
        [after[one].version for one in areas],
    )
    _all_written(status, len(areas))
