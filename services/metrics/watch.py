"""Judges each day once it is over and settled: a mark for every area and category in which it was unusual."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.pace import Backoff
from policy.load import Area
from policy.model import Policy
from schemas.base import Tier
from schemas.metrics import MetricUnusualDay
from services.metrics import unusual_log
from services.metrics.area_sums import WIDTHS
from services.metrics.unusual import RULE, Mark, Series, days_needed, judge, weekday

log = logging.getLogger(__name__)

EVERY_S = 60.0
BEHIND = 7
"""After an outage so many days are judged; what is older would be no news."""
DAY = timedelta(days=1)
Named = tuple[str, str]
"""Area and category; all categories together have none."""


class Watch:
    """Marks the unusual days of what one tier received."""

    def __init__(
        self,
        database: Database,
        tier: Tier,
        policy: Policy,
        areas: Mapping[str, Area],
        counted: Callable[[], datetime | None],
    ) -> None:
        self._database = database
        self._tier = tier
        self._policy = policy
        self._areas = areas
        self._counted = counted
        """As of when everything that was said in this tier has been counted; None while nobody knows."""
        self._like = weekday(policy.calendar.calendar)
        self.rule = f"{RULE}/{policy.version}"

    async def run(self, stop: asyncio.Event) -> None:
        """Looks every minute whether a day is to be judged, until stopped."""
        backoff = Backoff(1.0, 60.0)
        while not stop.is_set():
            try:
                if (as_of := self._counted()) is not None:
                    await self.look(as_of)
                backoff.reset()
            except Unavailable as error:
                log.warning("judging of days waits: %s", error)
                await backoff.wait(stop)
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                continue

    async def look(self, as_of: datetime) -> None:
        """Judges the days that are due as of a moment, unless another replica does."""
        while await self._next(as_of):
            continue

    async def _next(self, as_of: datetime) -> bool:
        """Judges the next day that is due, in a transaction of its own; False when there is none."""
        async with self._database.connection() as connection:
            if self._due(await unusual_log.last_judged(connection, self.rule), as_of) is None:
                return False
        async with self._database.transaction() as tx:
            alone = await unusual_log.alone(tx)
            day = self._due(
                await unusual_log.last_judged(tx, self.rule), as_of
            )  # another may have done it by now
            if not alone or day is None:
                return False
            marks = [one async for one in self._unusual(tx, day, as_of)]
            await unusual_log.note(tx, marks, to_publish=True)
            await unusual_log.judged(tx, self.rule, day)
        log.info("judged %s: unusual %d times", day, len(marks))
        return True

    def _due(self, last: date | None, as_of: datetime) -> date | None:
        """The next day that is over and settled, and not judged yet; at the first start the last of them."""
        settled = (as_of - self._policy.unusual.settles).astimezone(self._policy.zone).date() - DAY
        day = settled if last is None else max(last + DAY, settled - (BEHIND - 1) * DAY)
        return day if day <= settled else None

    async def _unusual(self, tx: Connection, day: date, as_of: datetime) -> AsyncIterator[MetricUnusualDay]:
        begins = await unusual_log.begins(tx, self._tier)
        ranges = days_needed(day, self._policy.unusual)
        for place in self._places():
            known = min((first for area, first in begins.items() if area.startswith(place[0])), default=day)
            if not (needed := [one for one in ranges if one[1] >= known]):
                continue  # by the end of that day nothing was known of it
            rows = await unusual_log.received(tx, self._tier, place, needed)
            for (area, category), seen in _series(place, rows).items():
                series = Series(seen, known if area == place[0] else begins.get(area, day))
                if (mark := judge(series, day, self._like, self._policy.unusual)) is not None:
                    yield self._said(area, category, day, mark, as_of)
            await asyncio.sleep(0)  # other work of this process goes on between two towns

    def _places(self) -> Iterator[tuple[str, int]]:
        """Towns with their villages, villages of no town, and the county by itself."""
        for code, one in sorted(self._areas.items()):
            above = self._areas.get(one.parent or "")
            if one.tier == "county":
                yield code, WIDTHS["county"]
            elif one.tier == "town" or (above is not None and above.tier == "county"):
                yield code, WIDTHS["village"]

    def _said(self, area: str, category: str, day: date, mark: Mark, as_of: datetime) -> MetricUnusualDay:
        return MetricUnusualDay(
            tier=self._tier,
            area=area,
            category=category,
            day=day,
            kind=mark.kind,
            seen=mark.seen,
            expected=f"{mark.expected:.1f}",
            season=f"{mark.season:.2f}",
            score=f"{mark.score:.1f}",
            rule=self.rule,
            as_of=as_of,
        )


def _series(
    place: tuple[str, int], rows: Iterable[tuple[str, str, date, int]]
) -> dict[Named, dict[date, int]]:
    """What a place and the areas in it had by day, in each category and in all together."""
    found: dict[Named, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for area, category, day, count in rows:
        for name in {area, place[0]}:
            for kind in (category, ""):
                found[name, kind][day] += count
    return found
