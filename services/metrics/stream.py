"""The live stream: one snapshot, then changes; what is new is encoded once, and who is slow hurts nobody."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping
from contextlib import aclosing
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from pydantic_core import from_json

from messaging.database import Database
from messaging.errors import Unavailable
from messaging.pace import Backoff, Pulse
from schemas.base import TIERS
from services.metrics import store
from services.metrics.changes import Place, Values
from services.metrics.feeds import Asked, Feed, Feeds
from services.metrics.finality import Standing, standing
from services.metrics.own import PRODUCT
from services.metrics.windows import Full, Room, Totals, Windows, when

log = logging.getLogger(__name__)

EVERY_S = 0.25
OVERLAP = timedelta(seconds=5)
"""Totals are read again for this long after they changed: a transaction commits later than its clock says."""
AFRESH_S = 60.0
"""Everything is read again this often, for transactions that took even longer."""
OTHERS_S = 0.5
"""How often we look, while somebody listens, although nothing was counted here: other replicas count as well."""
TICK_S = 2.0
STALE_S = 10.0
"""A tier that has said nothing for this long is shown as stale."""
MOST = 2000
"""Listeners at once, unless the settings say otherwise."""


class Hub:
    """The current totals of all tiers, and everybody who wants to see them change."""

    def __init__(
        self,
        database: Database,
        most: int = MOST,
        zone: tzinfo = PRODUCT.zone,
        stocks: frozenset[str] = frozenset(),
        tiers: Collection[str] = TIERS,
    ) -> None:
        self._database = database
        self._tiers = tiers
        self._most = most
        boot, begun = uuid.uuid4().hex[:8], datetime.now(zone)
        self._all = Room(Feeds(boot), Standing(begun, begun, complete=False, zone=zone))
        self._windows = Windows(database, Totals(self._all.feeds.changes, stocks), boot)
        self._written: dict[Place, tuple[int, datetime]] = {}
        self._seen: datetime | None = None
        self._looked = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()
        self._ticks = 0
        self._open = True
        self.listeners = 0
        self.tiers: dict[str, dict[str, Any]] = {}
        self.pulse = Pulse(OTHERS_S)

    @property
    def full(self) -> bool:
        """Whether there are as many listeners as there may be."""
        return self.listeners >= self._most

    @property
    def today(self) -> date:
        """The day it is by the database's clock, in the policy's zone."""
        return self._all.known.now.astimezone(self._all.known.zone).date()

    def measures(self) -> Mapping[str, Mapping[str, int]]:
        """Everything that has ever been counted, by tier."""
        return self._all.feeds.measures()

    async def run(self, stop: asyncio.Event) -> None:
        """Looks for changes until stopped; while the database is away, clients see their tier go stale."""
        backoff, ticked, afresh = Backoff(0.5, 5.0), 0.0, 0.0
        while not stop.is_set():
            if (now := _now()) - afresh > AFRESH_S:
                self._seen, afresh = None, now
            try:
                if self.listeners:
                    await self._together()
                backoff.reset()
            except Unavailable as error:
                log.warning("the live stream waits: %s", error)
                await backoff.wait(stop)
            if (now := _now()) - ticked > TICK_S:
                ticked = now
                self._tick(now)
            await self.pulse.wait(stop)
            await asyncio.sleep(EVERY_S)
        self._open = False
        self._wake()

    def _tick(self, now: float) -> None:
        """Says that we are there; forgets what nobody wants any more."""
        self._ticks += 1
        self._windows.tidy()
        for room in (self._all, *self._windows):
            room.feeds.tidy(now)
            room.feeds.settle(room.known)
        self._say()
        self._wake()

    def _wake(self) -> None:
        """Everybody who waits looks at where they stand."""
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def _together(self) -> None:
        """One look for all who want one now. Raises `Unavailable`."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    async def _look(self) -> None:
        async with self._database.connection() as connection:
            now: datetime = await connection.fetchval("select clock_timestamp()")
            since = None if self._seen is None else self._seen - OVERLAP
            rows = await store.totals(connection, since)
            states = await store.tiers(connection)
        self._seen = self._all.as_of = now
        self._looked = _now()
        self.tiers = {
            tier: {"as_of": as_of.isoformat(), "stale": age > STALE_S}
            for tier, (as_of, age) in states.items()
        }
        heard = {tier: as_of for tier, (as_of, _) in states.items()}
        self._all.known = standing(now, heard, self._tiers, self._all.known.zone)
        given = self._anew(rows)
        if since is None:
            given |= self._gone({(row.tier, row.area) for row in rows})
        news = self._all.feeds.take(given, self._all.known)
        self._read_again({area for _, area in given})
        self._say()
        if news:
            self._wake()

    def _anew(self, rows: Iterable[store.Total]) -> dict[Place, Values]:
        """What was written since we read it last; most of what is read for the overlap was not."""
        given: dict[Place, Values] = {}
        for row in rows:
            place = row.tier, row.area
            if self._written.get(place) != row.written:
                self._written[place] = row.written
                given[place] = from_json(row.counts)
        return given

    def _gone(self, there: set[Place]) -> dict[Place, Values]:
        """What is not there any more, as after a rebuild: a total that is not there is none."""
        gone: dict[Place, Values] = {place: {} for place in self._written.keys() - there}
        for place in gone:
            del self._written[place]
        return gone

    def _read_again(self, areas: set[str]) -> None:
        """Has the periods read where something was counted; nobody waits for them."""
        for one in self._windows:
            if reading := one.note(areas, self._all.known):
                reading.add_done_callback(self._was_read)

    def _was_read(self, reading: "asyncio.Task[bool]") -> None:
        if not reading.cancelled() and reading.exception() is None:
            self._say()
            self._wake()

    async def fresh(self, period: str | None = None) -> None:
        """Looks now unless somebody just did; those who come together look once. Raises `Unavailable`, `Full`."""
        if not self.listeners and _now() - self._looked > EVERY_S:
            await self._together()
        if period is not None:
            await self._room(period)

    async def _room(self, period: str | None) -> Room:
        if period is None:
            return self._all
        one = await self._windows.enter(when(period, self.today), self._all.known)
        if not one.head:
            self._say()
        return one

    async def listen(
        self, last_id: str | None, asked: Asked, period: str | None = None
    ) -> AsyncIterator[bytes]:
        """The stream of one client, as bytes of server-sent events; of a period that runs, the next one follows."""
        await self.fresh(period)
        self.listeners += 1
        try:
            while self._open:
                room = await self._room(period)
                async with aclosing(self._of(room, last_id, asked, period)) as frames:
                    async for frame in frames:
                        yield frame
        except (Unavailable, Full) as error:
            log.warning("listeners to a period are let go: %s", error)
        finally:
            self.listeners -= 1

    async def _of(
        self, room: Room, last_id: str | None, asked: Asked, period: str | None
    ) -> AsyncGenerator[bytes, None]:
        """Frames of a room until it is not the one that is meant any more."""
        feed = room.feeds.join(asked, room.known)
        try:
            place, frame = _first(room, feed, room.feeds.place(last_id))
            ticks = self._ticks
            yield frame
            while self._open and (period is None or when(period, self.today) == room.period):
                if place < feed.last:
                    frame, place, ticks = feed.change(place, room.head), feed.last, self._ticks
                    yield frame
                elif ticks < self._ticks:
                    ticks = self._ticks
                    yield feed.tick(room.head)
                else:
                    await self._turn.wait()
        finally:
            room.feeds.leave(feed)

    def _say(self) -> None:
        """Words what begins every frame from now on."""
        tiers = as_seen(self.tiers, _now() - self._looked)
        for room in (self._all, *self._windows):
            room.say(tiers)


def _first(room: Room, feed: Feed, place: int | None) -> tuple[int, bytes]:
    """What a listener is sent at once, and where it stands then."""
    if place is None:
        return feed.snapshot(room.head, _now())
    return feed.last, feed.change(place, room.head)


def as_seen(tiers: Mapping[str, dict[str, Any]], blind_s: float) -> dict[str, dict[str, Any]]:
    """The tiers as they were found so many seconds ago: after a while nobody knows, and all are stale."""
    return {tier: one | {"stale": one["stale"] or blind_s > STALE_S} for tier, one in tiers.items()}


def _now() -> float:
    return asyncio.get_running_loop().time()
