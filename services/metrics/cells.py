"""SQL that writes cells: locked in the order of their names, changed in memory, written back in sets."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from asyncpg import Record
from pydantic_core import from_json, to_json

from messaging.columns import numbers, texts
from messaging.database import Connection
from messaging.errors import LostRace
from schemas.base import Tier
from services.metrics.counting import Added, Cell
from services.metrics.known import Counts, Known, Row, Slot, columns, load
from services.metrics.sketches import settled

Change = tuple[int, int]
"""A cell's number and the version it now has."""


EMPTY = Row({}, 0)


async def add(tx: Connection, tier: Tier, changes: Mapping[Cell, int]) -> None:
    """Adds increments to this tier's cells and marks them to be published. Raises `LostRace`."""
    by_place: Added = defaultdict(dict)
    for cell, by in changes.items():
        by_place[cell[1:]][cell.measure] = by
    await add_all(tx, tier, by_place)


async def add_all(tx: Connection, tier: Tier, changes: Added, known: Known | None = None) -> None:
    """The same, of increments that stand together by their place; `known` are numbers of cells from before."""
    some = {place: {measure: by for measure, by in counts.items() if by} for place, counts in changes.items()}
    by_slot = {Slot(*place): counts for place, counts in some.items() if counts}
    if not by_slot:
        return
    await change(tx, tier, by_slot, known=known)
    await add_totals(tx, tier, _by_area(by_slot))


async def change(
    tx: Connection, tier: Tier, by_slot: Mapping[Slot, Counts], since: int = 0, known: Known | None = None
) -> None:
    """Adds to cells alone and marks them to be published, under versions after `since`. Raises `LostRace`."""
    before = await load(tx, tier, list(by_slot), known or Known())
    after = {slot: _plus(before.get(slot, EMPTY), by, since) for slot, by in by_slot.items()}
    await _to_publish(tx, await _store(tx, tier, before, after))


async def receive(tx: Connection, tier: Tier, given: Mapping[Slot, Row], known: Known | None = None) -> None:
    """Takes over another tier's cells; an older version than the one here changes nothing. Raises `LostRace`."""
    before = await load(tx, tier, list(given), known or Known())
    newer = {slot: row for slot, row in given.items() if row.version > before.get(slot, EMPTY).version}
    if not newer:
        return
    await _store(tx, tier, before, newer)
    by = {slot: _minus(row.counts, before.get(slot, EMPTY).counts) for slot, row in newer.items()}
    await add_totals(tx, tier, _by_area(by))


def _plus(row: Row, by: Mapping[str, int], since: int = 0) -> Row:
    """In canonical form: whatever the order in which events came, the same bytes are stored in the end.

    A measure that became zero is left out, and whoever is sent the cell has it no more either.
    """
    counts = _sum(row.counts, by)
    if counts.keys() != row.counts.keys() or 0 in counts.values():
        counts = {measure: counts[measure] for measure in sorted(counts) if counts[measure]}
    # Else each measure stands where it stood, in order.
    return Row(counts, max(row.version, since) + 1)


def _sum(counts: Mapping[str, int], by: Mapping[str, int]) -> Counts:
    found = dict(counts)
    for measure, value in by.items():
        found[measure] = found.get(measure, 0) + value
    return settled(found, by)


def _minus(counts: Mapping[str, int], before: Mapping[str, int]) -> Counts:
    measures = counts.keys() | before.keys()
    return {one: by for one in measures if (by := counts.get(one, 0) - before.get(one, 0))}


def slot_of(row: Record) -> Slot:
    """The slot of a database row."""
    return Slot(row["area"], row["day"], row["category"], row["channel"])


def row_of(row: Record) -> Row:
    """The counts of a database row."""
    return Row(from_json(row["counts"]), row["version"], row["id"])


async def _store(
    tx: Connection, tier: str, before: Mapping[Slot, Row], after: Mapping[Slot, Row]
) -> list[Change]:
    """Writes rows: those loaded and locked are changed, others are new. Raises `LostRace` if one is not."""
    changed = [
        (known, after[slot])
        for slot, row in before.items()
        if slot in after and (known := row.id) is not None
    ]
    if changed:
        await tx.execute(
            """
            update cell c set counts = n.counts, version = n.version
            from unnest(numbers($1), texts($2)::json[], numbers($3)) as n (id, counts, version) where c.id = n.id
            """,
            numbers(known for known, _ in changed),
            texts([_written(row) for _, row in changed]),
            numbers(row.version for _, row in changed),
        )
    new = await _insert(tx, tier, sorted(after.keys() - before.keys()), after)
    return [(known, row.version) for known, row in changed] + new


async def _insert(tx: Connection, tier: str, slots: Sequence[Slot], rows: Mapping[Slot, Row]) -> list[Change]:
    if not slots:
        return []
    made = await tx.fetch(
        """
        insert into cell (tier, area, day, category, channel, counts, version)
        select $1, n.* from unnest(texts($2), texts($3), texts($4), texts($5), texts($6)::json[], numbers($7)) as n
        on conflict do nothing returning id, version
        """,
        tier,
        *columns(slots),
        texts([_written(rows[one]) for one in slots]),
        numbers(rows[one].version for one in slots),
    )
    _all_written(len(made), len(slots))
    return [(row["id"], row["version"]) for row in made]


async def _to_publish(tx: Connection, changes: Sequence[Change]) -> None:
    """Notes cells to be published; only those who hold a cell's lock add to or change its note."""
    await tx.execute(
        """
        insert into unpublished as u (cell, version) select * from unnest(numbers($1), numbers($2))
        on conflict (cell) do update set version = excluded.version
        """,
        numbers(known for known, _ in changes),
        numbers(version for _, version in changes),
    )


def _written(row: Row) -> str:
    return to_json(row.counts).decode()


def _all_written(written: int, wanted: int) -> None:
    if written != wanted:
        raise LostRace("another replica made one of these rows")


def _by_area(changes: Mapping[Slot, Mapping[str, int]]) -> dict[str, Counts]:
    sums: dict[str, Counts] = defaultdict(dict)
    for slot, counts in changes.items():
        for measure, by in counts.items():
            sums[slot.area][measure] = sums[slot.area].get(measure, 0) + by
    return sums


async def add_totals(tx: Connection, tier: str, sums: Mapping[str, Counts]) -> None:
    """Adds to the totals of areas, loaded and locked in area order. Raises `LostRace`.

    Here zeros stay, so that who watches a total sees it become zero.
    """
    areas = sorted(sums)
    rows = await tx.fetch(
        "select area, counts, version from total where tier = $1 and area = any(texts($2)) order by area for update",
        tier,
        texts(areas),
    )
    before = {row["area"]: Row(from_json(row["counts"]), row["version"]) for row in rows}
    known = {area: before.get(area, EMPTY) for area in areas}
    after = {area: Row(_sum(row.counts, sums[area]), row.version + 1) for area, row in known.items()}
    status = await tx.execute(
        """
        insert into total as t (tier, area, counts, version, changed_at)
        select $1, n.*, clock_timestamp()
        from unnest(texts($2), texts($3)::json[], numbers($4)) as n (area, counts, version)
        on conflict (tier, area) do update
        set counts = excluded.counts, version = excluded.version, changed_at = excluded.changed_at
        where t.version = excluded.version - 1
        """,
        tier,
        texts(areas),
        texts([_written(after[one]) for one in areas]),
        numbers(after[one].version for one in areas),
    )
    _all_written(int(status.rpartition(" ")[2]), len(areas))
