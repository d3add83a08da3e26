"""The values of one period, live: read again where something was counted, and never more than a fifth of the time."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any

from messaging.database import Database
from messaging.errors import Unavailable
from services.metrics import periods, store
from services.metrics.changes import UNTIL, Changes, Place, Values
from services.metrics.feeds import Feeds
from services.metrics.finality import Standing
from services.metrics.periods import Period
from services.metrics.showing import period_of

log = logging.getLogger(__name__)

RUNNING: dict[str, periods.Kind] = {
    "today": "day", "this-week": "week", "this-month": "month", "this-quarter": "quarter", "this-year": "year",
}  # fmt: skip
"""Periods that are always the one we are in."""
PERIODS = 12
"""Different periods that are listened to at once: each is read from the cells by itself."""
EVERY_S = 0.2
REST = 4
"""So many times as long as reading took is waited before the next: a year of a county takes a while."""


def when(written: str, today: date) -> Period:
    """The period meant by a word or a key. Raises `ValueError` saying how one is written."""
    return periods.of(RUNNING[written], today) if written in RUNNING else periods.parse(written)


class Full(Exception):
    """As many periods are listened to as may be."""


@dataclass(slots=True)
class Room:
    """Values that are listened to, and what begins every frame of them."""

    feeds: Feeds
    known: Standing
    """How far figures of them are known."""
    as_of: datetime | None = None
    period: Period | None = None
    head: str = ""

    def say(self, tiers: Mapping[str, Any]) -> None:
        """Words what begins every frame from now on, once for all of them."""
        body: dict[str, Any] = {"as_of": self.as_of.isoformat() if self.as_of else None, "tiers": tiers}
        if self.period is not None:
            view = period_of(self.period.first, self.period.last, self.period)
            assert view is not None
            body["period"] = view.model_dump(mode="json")
        self.head = json.dumps(body, separators=(",", ":"), ensure_ascii=False)[1:-1]


@dataclass(frozen=True, slots=True)
class Totals:
    """Where the all-time totals are, from which a stock at the end of a period is counted back."""

    changes: Changes
    stocks: frozenset[str]

    def with_stocks(
        self, areas: AbstractSet[str], found: Mapping[Place, store.Within]
    ) -> dict[Place, Values]:
        """What places of these areas have in a period, and of stocks what stood at its end."""
        given: dict[Place, Values] = {}
        for place in self.changes.places():
            if place[1] in areas:
                within, after = found.get(place, ({}, {}))
                whole = self.changes.values(place)
                until = {UNTIL + one: whole.get(one, 0) - after.get(one, 0) for one in self.stocks}
                given[place] = {**within, **until}
        return given


class Window(Room):
    """One period, for as long as somebody listens."""

    def __init__(
        self, feeds: Feeds, period: Period, database: Database, totals: Totals, known: Standing
    ) -> None:
        super().__init__(feeds, known.over(period.first, period.last), None, period)
        self._days = period.first, period.last
        self._database = database
        self._totals = totals
        self._dirty: set[str] = set()
        self._reading: asyncio.Task[bool] | None = None
        self._next = 0.0

    async def begin(self) -> None:
        """Reads the period as a whole, once for all who come. Raises `Unavailable`."""
        if self.as_of is None:
            if not self.busy:
                self._dirty |= {area for _, area in self._totals.changes.places()}
            await asyncio.shield(self._start())

    def note(self, areas: AbstractSet[str], known: Standing) -> "asyncio.Task[bool] | None":
        """Something was counted in these areas; the reading that begins for it, unless it is too early."""
        self._dirty |= areas
        self.known = known.over(*self._days)
        if self.as_of is None or self.busy:
            return None
        if not self._dirty:
            self.as_of = known.now
            return None
        return self._start() if _now() >= self._next else None

    @property
    def busy(self) -> bool:
        """Whether it is being read."""
        return self._reading is not None and not self._reading.done()

    def _start(self) -> "asyncio.Task[bool]":
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._look())
        return self._reading

    async def _look(self) -> bool:
        """Reads the areas in which something was counted; whether anybody is to be told."""
        areas, began = self._dirty, _now()
        self._dirty = set()
        try:
            async with self._database.connection() as connection:
                now: datetime = await connection.fetchval("select clock_timestamp()")
                found = await store.within(connection, sorted(areas), *self._days)
        except Unavailable as error:
            log.warning("the figures of a period wait: %s", error)
            self._dirty |= areas
            raise
        finally:
            self._next = _now() + max(EVERY_S, REST * (_now() - began))
        self.as_of = now
        return self.feeds.take(self._totals.with_stocks(areas, found), self.known)


class Windows:
    """The periods that are listened to."""

    def __init__(self, database: Database, totals: Totals, name: str) -> None:
        self._database = database
        self._totals = totals
        self._name = name
        self._numbers = count(1)
        self._open: dict[Period, Window] = {}

    def __iter__(self) -> Iterator[Window]:
        return iter(tuple(self._open.values()))

    async def enter(self, period: Period, known: Standing) -> Window:
        """The window of a period, read. Raises `Unavailable`, `Full`."""
        one = self._open.get(period)
        if one is None:
            if len(self._open) >= PERIODS:
                raise Full
            feeds = Feeds(f"{self._name}.{next(self._numbers)}")
            one = self._open[period] = Window(feeds, period, self._database, self._totals, known)
        await one.begin()
        return one

    def tidy(self) -> None:
        """Forgets periods that nobody listens to."""
        for period, one in tuple(self._open.items()):
            if not one.feeds.listeners and not one.busy:
                del self._open[period]


def _now() -> float:
    return asyncio.get_running_loop().time()
