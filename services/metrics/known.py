"""SQL that finds and locks cells by their numbers, which are looked up once and then known."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydantic_core import from_json

from messaging.columns import SEPARATOR, numbers, texts
from messaging.database import Connection
from messaging.errors import LostRace

Counts = dict[str, int]


class Slot(NamedTuple):
    """What a row of cells is counted by; its measures stand in it together."""

    area: str
    day: str
    category: str
    channel: str


class Row(NamedTuple):
    """The counts of a slot, and how often they have changed."""

    counts: Counts
    version: int
    id: int | None = None
    """Its number in this database; None while it is not there."""


MOST = 20_000
"""Numbers that are kept, 7 MB: as many cells as a county of 400 villages has in a day."""


class Known:
    """Which cells of a database have which numbers. A cell keeps its number, and is not found under another.

    To find a cell by its number takes a fifth of what it takes by its five names, which are texts in an index.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, dict[Slot, int]] = {}

    def of(self, tier: str, slots: Iterable[Slot]) -> dict[int, Slot]:
        """Those whose number is known, by it."""
        known = self._numbers.get(tier, {})
        return {found: slot for slot in slots if (found := known.get(slot)) is not None}

    def note(self, tier: str, found: Mapping[Slot, int]) -> None:
        """Keeps some more; where that would be too many, only these."""
        if sum(map(len, self._numbers.values())) + len(found) > MOST:
            self._numbers.clear()
        self._numbers.setdefault(tier, {}).update(found)

    def forget(self) -> None:
        """The database is not the one it was: it was set back, or another took its place."""
        self._numbers.clear()


def columns(slots: Sequence[Slot]) -> tuple[str, ...]:
    """Slots as parallel columns."""
    return tuple(texts(column) for column in zip(*slots, strict=True)) or ("", "", "", "")


async def load(tx: Connection, tier: str, slots: Sequence[Slot], known: Known) -> dict[Slot, Row]:
    """The cells of these slots as far as they are there, locked in the order of their names.

    Raises `LostRace` where a number does not name what it did: whoever comes again looks all of them up.
    """
    by_number = known.of(tier, slots)
    if len(by_number) < len(slots):
        missing = sorted(set(slots) - set(by_number.values()))
        found = await _numbers(tx, tier, missing)
        known.note(tier, found)
        by_number |= {number: slot for slot, number in found.items()}
    rows = await _locked(tx, tier, by_number) if by_number else {}
    if len(rows) != len(by_number):
        known.forget()
        raise LostRace("cells do not have the numbers they had")
    return rows


async def _numbers(tx: Connection, tier: str, slots: Sequence[Slot]) -> dict[Slot, int]:
    rows = await tx.fetch(
        """
        select place, id from cell
        join unnest(texts($2), texts($3), texts($4), texts($5)) with ordinality
            as wanted (area, day, category, channel, place) using (area, day, category, channel)
        where tier = $1
        """,
        tier,
        *columns(slots),
    )
    return {slots[place - 1]: number for place, number in rows}


async def _locked(tx: Connection, tier: str, by_number: Mapping[int, Slot]) -> dict[Slot, Row]:
    """Those of them that are there under the names they should have."""
    rows = await tx.fetch(
        """
        select id, counts, version, concat_ws(e'\\x1f', tier, area, day, category, channel) as names
        from cell where id = any(numbers($1)) order by area, day, category, channel for update
        """,
        numbers(by_number),
    )
    found = (
        (by_number[number], Row(from_json(counts), version, number), names)
        for number, counts, version, names in rows
    )
    return {slot: row for slot, row, names in found if names == SEPARATOR.join((tier, *slot))}
