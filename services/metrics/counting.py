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
        self._moment: datetime | None = None
        self._its_day = ""

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
        """The day of a moment; most events count several measures under the same one, so the last is kept."""
        if moment is not self._moment:
            self._moment = moment
            self._its_day = moment.astimezone(self._zone).date().isoformat()
        return self._its_day
