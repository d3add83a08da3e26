"""Cells, and how one event's matter is counted into them: counts, and durations as sketches. Pure."""

from datetime import date, datetime, timedelta, tzinfo
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
WHOLE_MINUTES = 1972
"""Since then the clocks of all zones differ by whole minutes (Liberia's was the last that did not)."""
KEPT = 20_000
"""Minutes whose day is kept: two weeks in which something happens in each, 5 MB."""
_DAYS: dict[tuple[tzinfo, timedelta, date, int, int], str] = {}
_new = tuple.__new__  # what a named tuple calls, without the way there: a figure is made of millions


def day_of(moment: datetime, zone: tzinfo) -> str:
    """The day of a moment in a time zone, e.g. `2026-11-22`.

    It is found once for each minute, and then kept: half of what an event costs was to find it.
    """
    offset = None if moment.tzinfo is None else moment.tzinfo.utcoffset(None)
    if offset is None or moment.year < WHOLE_MINUTES:
        return moment.astimezone(zone).date().isoformat()
    minute = zone, offset, moment.date(), moment.hour, moment.minute
    if (day := _DAYS.get(minute)) is None:
        if len(_DAYS) >= KEPT:
            _DAYS.clear()
        day = _DAYS[minute] = moment.astimezone(zone).date().isoformat()
    return day


class Counter:
    """Collects the increments of one event's matter."""

    def __init__(self, matter: Matter, zone: tzinfo) -> None:
        self._matter = matter
        self._zone = zone
        self._places: dict[int, tuple[tuple[str, str, str, str], datetime]] = {}
        self.counted: list[Increment] = []

    def at(self, moment: datetime, measure: str, by: int = 1) -> None:
        """So many more of a measure on the day of a moment."""
        place = (self._places.get(id(moment)) or self._place(moment))[0]
        self.counted.append((_new(Cell, (measure, *place)), by))

    def took(self, measure: str, begin: datetime, end: datetime, *, by: int = 1) -> None:
        """One duration, as its sketch has it, under the day it ended."""
        area, day, _, _ = (self._places.get(id(end)) or self._place(end))[0]
        for one in sketches.took(measure, begin, end, by):
            self.counted.append((_new(Cell, (one, area, day, "", "")), by))

    def _place(self, moment: datetime) -> tuple[tuple[str, str, str, str], datetime]:
        """Where everything is counted that happened at a moment; an event has two or three, each with some measures.

        By identity, which a moment that is kept does not share: hashing it would cost as much as its day.
        """
        matter = self._matter
        place = matter.area, day_of(moment, self._zone), matter.category, matter.channel
        kept = self._places[id(moment)] = place, moment
        return kept
