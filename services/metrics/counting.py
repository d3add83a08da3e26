"""Cells, and how one event's matter is counted into them: counts, and durations as sketches. Pure."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import NamedTuple

from schemas.base import Matter
from services.metrics import sketches


class Cell(NamedTuple):
    """Where a measure is counted. Durations, and activities, have neither category nor channel."""

    measure: str
    area: str
    day: str
    category: str
    channel: str


Increment = tuple[Cell, int]


class Counter:
    """Makes increments for one event's matter."""

    def __init__(self, matter: Matter, zone: tzinfo) -> None:
        self._matter = matter
        self._zone = zone
        self._days: dict[int, tuple[datetime, str]] = {}

    def at(self, moment: datetime, measure: str, by: int = 1) -> Increment:
        """So many more of a measure on the day of a moment."""
        matter = self._matter
        return Cell(measure, matter.area, self._day(moment), matter.category, matter.channel), by

    def took(self, measure: str, begin: datetime, end: datetime, *, by: int = 1) -> Iterator[Increment]:
        """One duration, as its sketch has it, under the day it ended."""
        area, day = self._matter.area, self._day(end)
        for one, value in sketches.took(measure, begin, end, by):
            yield Cell(one, area, day, "", ""), value

    def _day(self, moment: datetime) -> str:
        """The day of a moment; an event counts several measures under each of its two or three, so they are kept.

        By identity, which a moment that is kept does not share: hashing it would cost as much as its day.
        """
        kept = self._days.get(id(moment))
        if kept is None:
            kept = moment, moment.astimezone(self._zone).date().isoformat()
            self._days[id(moment)] = kept
        return kept[1]
