"""Cells and totals counted again: added up in memory, laid aside in sets, compared with what stood, then corrected."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from pydantic_core import from_json, to_json

from messaging.database import Connection
from schemas.base import Tier
from services.metrics import cells
from services.metrics.counting import Added, gather
from services.metrics.known import Slot
from services.metrics.rebuild.compared import Compared, Comparison, Counts, canonical, kept, plus
from services.metrics.rebuild.rowsets import Counted
from services.metrics.sketches import ADDED

MOST = 100_000
"""Slots added up in memory, some 60 MB, before they are laid aside."""
AT_ONCE = 2000
_COLUMNS = ("area", "day", "category", "channel", "stands", "counts")


class Cells:
    """The cells of one tier, and the totals of its areas."""

    def __init__(self, tier: Tier) -> None:
        self._tier: Tier = tier
        self._sums: Added = {}
        self._by_area: dict[str, Counts] = defaultdict(dict)
        self._totals: dict[str, Counts] = {}
        self._wrong_totals: dict[str, Counts] = {}

    async def freeze(self, tx: Connection) -> None:
        """Keeps aside what stands, as this transaction sees it."""
        await tx.execute(
            """
            create temp table counted
                (area text, day text, category text, channel text, stands boolean, counts text);
            create temp table correction (area text, day text, category text, channel text, counts text)
            """
        )
        await tx.execute(
            """
            insert into counted
            select area, day, category, channel, true, counts::text from cell where tier = $1
            """,
            self._tier,
        )
        rows = await tx.fetch("select area, counts from total where tier = $1", self._tier)
        self._totals = {row["area"]: from_json(row["counts"]) for row in rows}

    def count(self, batch: Sequence[Counted]) -> None:
        """Adds what each event adds."""
        for _, added in batch:
            gather(added, self._sums)

    @property
    def full(self) -> bool:
        """Whether it is time to lay aside."""
        return len(self._sums) > MOST

    async def lay_aside(self, connection: Connection) -> None:
        """Empties the memory into the shadow table."""
        rows = list[tuple[object, ...]]()
        for place, counts in self._sums.items():
            if some := canonical(counts):
                plus(self._by_area[place[0]], some)
                rows.append((*place, False, to_json(some).decode()))
        self._sums = {}
        self._by_area.update({area: kept(counts) for area, counts in self._by_area.items()})
        await connection.copy_records_to_table("counted", columns=_COLUMNS, records=rows)

    async def compare(self, connection: Connection) -> Compared:
        """What differs, kept as corrections, which are small wherever the figures are good."""
        comparison, wrong = Comparison(), list[tuple[str, ...]]()
        async with connection.transaction():
            async for slot, stands, counted in _slots(connection):
                # durations are taken apart in any case: what is kept of them depends on how many there are
                if len(stands) == len(counted) == 1 and stands == counted and ADDED not in stands[0]:
                    comparison.same(slot, stands[0])
                    continue
                if missing := comparison.take(slot, map(from_json, stands), map(from_json, counted)):
                    wrong.append((*slot, to_json(missing).decode()))
                if len(wrong) >= AT_ONCE:
                    await connection.copy_records_to_table("correction", records=wrong)
                    wrong = []
            await connection.copy_records_to_table("correction", records=wrong)
        self._wrong_totals = comparison.totals(self._totals, self._by_area)
        return comparison.cells

    async def correct(self, tx: Connection, since: int) -> None:
        """Adds every correction, and puts it on record; cells that are equal stay. Versions are after `since`."""
        await tx.execute(
            """
            insert into rebuilt_cell
            select (select max(number) from rebuild), area, day, category, channel, counts::json from correction
            """
        )
        cursor = await tx.cursor(
            "select area, day, category, channel, counts from correction order by area, day, category, channel"
        )
        while rows := await cursor.fetch(AT_ONCE):
            changes = {Slot(*row[:4]): from_json(row[4]) for row in map(tuple, rows)}
            await cells.change(tx, self._tier, changes, since)
        if self._wrong_totals:
            await cells.add_totals(tx, self._tier, self._wrong_totals)


async def _slots(tx: Connection) -> AsyncIterator[tuple[Slot, list[str], list[str]]]:
    """Each slot once: what stood, and the parts of what was counted, as written; in an order no collation changes."""
    cursor = await tx.cursor(
        """
        select area, day, category, channel, stands, counts from counted
        order by area collate "C", day collate "C", category collate "C", channel collate "C"
        """
    )
    slot, stands, counted = None, list[str](), list[str]()
    while rows := await cursor.fetch(AT_ONCE):
        for row in map(tuple, rows):
            if (here := Slot(*row[:4])) != slot:
                if slot is not None:
                    yield slot, stands, counted
                slot, stands, counted = here, [], []
            (stands if row[4] else counted).append(row[5])
    if slot is not None:
        yield slot, stands, counted
