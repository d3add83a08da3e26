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
Place = tuple[str, str, str, str]
"""Area, day, category, channel: what a row of cells is counted by."""
Added = dict[Place, dict[str, int]]
"""What an event adds: place → measure → by how much. A place may have no measure, and a measure may come to nothing."""
WHOLE_MINUTES = 1972
"""Since then the clocks of all zones differ by whole minutes (Liberia's was the last that did not)."""
KEPT = 20_000
"""Minutes whose day is kept: two weeks in which something happens in each, 5 MB."""
_DAYS: dict[tuple[tzinfo, timedelta, date, int, int], str] = {}


def gather(added: Added, into: Added) -> None:
    """Adds what one event adds to what others have."""
    for place, counts in added.items():
        if (here := into.get(place)) is None:
            into[place] = counts.copy()
        else:
            for measure, by in counts.items():
                here[measure] = here.get(measure, 0) + by


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
    """Collects what one event's matter adds."""

    def __init__(self, matter: Matter, zone: tzinfo) -> None:
        self._matter = matter
        self._zone = zone
        self._moments: dict[int, tuple[dict[str, int], str, datetime]] = {}
        """What is counted at a moment, its day, and the moment itself: none that is kept shares its identity."""
        self.counted: Added = {}

    def at(self, moment: datetime, measure: str, by: int = 1) -> None:
        """So many more of a measure on the day of a moment."""
        counts = (self._moments.get(id(moment)) or self._kept(moment))[0]
        counts[measure] = counts.get(measure, 0) + by

    def took(self, measure: str, begin: datetime, end: datetime, *, by: int = 1) -> None:
        """One duration, as its sketch has it, under the day it ended."""
        day = (self._moments.get(id(end)) or self._kept(end))[1]
        counts = self.counted.setdefault((self._matter.area, day, "", ""), {})
        for one in sketches.took(measure, begin, end, by):
            counts[one] = counts.get(one, 0) + by

    def _kept(self, moment: datetime) -> tuple[dict[str, int], str, datetime]:
        """Where everything is counted that happened at a moment; an event has two or three, each with some measures.

        They are found by identity: hashing a moment would cost as much as its day.
        """
        matter, day = self._matter, day_of(moment, self._zone)
        counts = self.counted.setdefault((matter.area, day, matter.category, matter.channel), {})
        kept = self._moments[id(moment)] = counts, day, moment
        return kept
