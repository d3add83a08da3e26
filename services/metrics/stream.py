"""The live stream: one snapshot, then changes; what is new is encoded once, and who is slow hurts nobody."""

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
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

log = logging.getLogger(__name__)

EVERY_S = 0.25
OVERLAP = timedelta(seconds=5)
"""Totals are read again for this long after they changed: a transaction commits later than its clock says."""
AFRESH_S = 60.0
"""Everything is read again this often, for transactions that took even longer."""
TICK_S = 2.0
STALE_S = 10.0
"""A tier that has said nothing for this long is shown as stale."""
MOST = 2000
"""Listeners at once, unless the settings say otherwise."""


class Hub:
    """The current totals of all tiers, and everybody who wants to see them change."""

    def __init__(self, database: Database, most: int = MOST, zone: tzinfo = PRODUCT.zone) -> None:
        self._database = database
        self._most = most
        self._known = Standing(datetime.now(zone), datetime.now(zone), complete=False, zone=zone)
        """How far figures are known."""
        self._feeds = Feeds(uuid.uuid4().hex[:8])
        self._written: dict[Place, tuple[int, datetime]] = {}
        self._seen: datetime | None = None
        self._looked = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()
        self._ticks = 0
        self._open = True
        self.listeners = 0
        self._head = '"as_of":null,"tiers":{}'
        """As of when a frame is, and how current each tier."""
        self.as_of: datetime | None = None
        self.tiers: dict[str, dict[str, Any]] = {}
        self.pulse = Pulse(TICK_S)

    @property
    def full(self) -> bool:
        """Whether there are as many listeners as there may be."""
        return self.listeners >= self._most

    def measures(self) -> Mapping[str, Mapping[str, int]]:
        """Everything that has ever been counted, by tier."""
        return self._feeds.measures()

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
                self._ticks += 1
                self._feeds.tidy(now)
                self._feeds.settle(self._known)
                self._say()
                self._wake()
            await self.pulse.wait(stop)
            await asyncio.sleep(EVERY_S)
        self._open = False
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
        self._seen = self.as_of = now
        self._looked = _now()
        self.tiers = {
            tier: {"as_of": as_of.isoformat(), "stale": age > STALE_S}
            for tier, (as_of, age) in states.items()
        }
        heard = {tier: as_of for tier, (as_of, _) in states.items()}
        self._known = standing(now, heard, TIERS, self._known.zone)
        self._say()
        given = self._anew(rows)
        if since is None:
            given |= self._gone({(row.tier, row.area) for row in rows})
        if self._feeds.take(given, self._known):
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

    async def fresh(self) -> None:
        """Looks now, unless somebody did just before: those who come together look once. Raises `Unavailable`."""
        if not self.listeners and _now() - self._looked > EVERY_S:
            await self._together()

    async def listen(self, last_id: str | None, asked: Asked) -> AsyncIterator[bytes]:
        """The stream of one client, as bytes of server-sent events."""
        await self.fresh()
        feed = self._feeds.join(asked, self._known)
        self.listeners += 1
        try:
            place, frame = self._first(feed, self._feeds.place(last_id))
            ticks = self._ticks
            yield frame
            while self._open:
                if place < feed.last:
                    frame, place, ticks = feed.change(place, self._head), feed.last, self._ticks
                    yield frame
                elif ticks < self._ticks:
                    ticks = self._ticks
                    yield feed.tick(self._head)
                else:
                    await self._turn.wait()
        finally:
            self.listeners -= 1
            self._feeds.leave(feed)

    def _first(self, feed: Feed, place: int | None) -> tuple[int, bytes]:
        """What a listener is sent at once, and where it stands then."""
        if place is None:
            return feed.snapshot(self._head, _now())
        return feed.last, feed.change(place, self._head)

    def _say(self) -> None:
        """Words what begins every frame from now on, once for all of them."""
        as_of = self.as_of.isoformat() if self.as_of else None
        body = {"as_of": as_of, "tiers": as_seen(self.tiers, _now() - self._looked)}
        self._head = json.dumps(body, separators=(",", ":"))[1:-1]


def as_seen(tiers: Mapping[str, dict[str, Any]], blind_s: float) -> dict[str, dict[str, Any]]:
    """The tiers as they were found so many seconds ago: after a while nobody knows, and all are stale."""
    return {tier: one | {"stale": one["stale"] or blind_s > STALE_S} for tier, one in tiers.items()}


def _now() -> float:
    return asyncio.get_running_loop().time()
