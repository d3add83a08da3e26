"""The live stream: one snapshot, then changes; a slow client coalesces its own backlog and hurts nobody."""

import asyncio
import json
import logging
import uuid
from collections import deque
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from messaging.database import Database
from messaging.errors import Unavailable
from messaging.pace import Backoff, Pulse
from services.metrics import store

log = logging.getLogger(__name__)

EVERY_S = 0.25
OVERLAP = timedelta(seconds=5)
"""Totals are read again for this long after they changed: a transaction commits later than its clock says."""
AFRESH_S = 60.0
"""Everything is read again this often, for transactions that took even longer."""
TICK_S = 2.0
STALE_S = 10.0
"""A tier that has said nothing for this long is shown as stale."""
REMEMBERED = 2000
"""Change sets kept for clients that come back; who was away longer gets a snapshot."""
Key = tuple[str, str, str]


class Hub:
    """The current totals of all tiers, and everybody who wants to see them change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._boot = uuid.uuid4().hex[:8]
        self._number = 0
        self._totals: dict[Key, int] = {}
        self._changes: deque[tuple[int, set[Key]]] = deque(maxlen=REMEMBERED)
        self._clients: set[_Client] = set()
        self._seen: datetime | None = None
        self._looked = 0.0
        self.tiers: dict[str, dict[str, Any]] = {}
        self.as_of: datetime | None = None
        self.pulse = Pulse(TICK_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Looks for changes until stopped; while the database is away, clients see their tier go stale."""
        backoff, ticked, afresh = Backoff(0.5, 5.0), 0.0, 0.0
        while not stop.is_set():
            if (now := asyncio.get_running_loop().time()) - afresh > AFRESH_S:
                self._seen, afresh = None, now
            try:
                if self._clients:
                    await self._look()
                backoff.reset()
            except Unavailable as error:
                log.warning("the live stream waits: %s", error)
                await backoff.wait(stop)
            if (now := asyncio.get_running_loop().time()) - ticked > TICK_S:
                ticked = now
                for client in self._clients:
                    client.wake(tick=True)
            await self.pulse.wait(stop)
            await asyncio.sleep(EVERY_S)
        for client in self._clients:
            client.close()

    async def _look(self) -> None:
        async with self._database.connection() as connection:
            now: datetime = await connection.fetchval("select clock_timestamp()")
            since = None if self._seen is None else self._seen - OVERLAP
            rows = await store.totals(connection, since)
            states = await store.tiers(connection)
        self._seen = self.as_of = now
        self._looked = asyncio.get_running_loop().time()
        self.tiers = {
            tier: {"as_of": as_of.isoformat(), "stale": age > STALE_S}
            for tier, (as_of, age) in states.items()
        }
        changed = {
            key for row in rows if self._totals.get(key := (row.tier, row.area, row.measure)) != row.value
        }
        self._totals.update({(row.tier, row.area, row.measure): row.value for row in rows})
        if changed:
            self._number += 1
            self._changes.append((self._number, changed))
            for client in self._clients:
                client.add(changed)

    async def fresh(self) -> None:
        """Looks now unless somebody listens: then it was looked just before. Raises `Unavailable`."""
        if not self._clients:
            await self._look()

    async def listen(self, last_id: str | None, area: str) -> AsyncIterator[bytes]:
        """The stream of one client, as bytes of server-sent events."""
        await self.fresh()
        client = _Client()
        self._clients.add(client)
        try:
            missed = self._missed(last_id)
            keys = set(self._totals) if missed is None else missed
            yield self._event("snapshot" if missed is None else "change", keys, area)
            while await client.woken():
                keys, tick = client.take()
                if keys or tick:
                    yield self._event("change" if keys else "tick", keys, area)
        finally:
            self._clients.discard(client)

    def _missed(self, last_id: str | None) -> set[Key] | None:
        """What changed since an event id of ours; None when we cannot know, or nothing was asked."""
        boot, _, number = (last_id or "").partition("-")
        if boot != self._boot or not (number.isascii() and number.isdecimal()):
            return None
        oldest = self._changes[0][0] if self._changes else self._number + 1
        if int(number) < oldest - 1 or int(number) > self._number:
            return None
        return set().union(*(keys for at, keys in self._changes if at > int(number)))

    def _event(self, name: str, keys: set[Key], area: str) -> bytes:
        blind = asyncio.get_running_loop().time() - self._looked
        body: dict[str, Any] = {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "tiers": as_seen(self.tiers, blind),
        }
        if name != "tick":
            body["totals"] = [
                [*key, self._totals[key]]
                for key in sorted(keys)
                if key[1].startswith(area) and ":" not in key[2]
            ]
        data = json.dumps(body, separators=(",", ":"))
        retry = "retry: 1000\n" if name == "snapshot" else ""
        return f"{retry}id: {self._boot}-{self._number}\nevent: {name}\ndata: {data}\n\n".encode()


def as_seen(tiers: Mapping[str, dict[str, Any]], blind_s: float) -> dict[str, dict[str, Any]]:
    """The tiers as they were found so many seconds ago: after a while nobody knows, and all are stale."""
    return {tier: one | {"stale": one["stale"] or blind_s > STALE_S} for tier, one in tiers.items()}


class _Client:
    """What one client has not been sent yet: never more than one entry per total, however slow it reads."""

    def __init__(self) -> None:
        self._keys: set[Key] = set()
        self._tick = False
        self._open = True
        self._event = asyncio.Event()

    def add(self, keys: set[Key]) -> None:
        self._keys |= keys
        self._event.set()

    def wake(self, *, tick: bool) -> None:
        self._tick = tick
        self._event.set()

    def close(self) -> None:
        self._open = False
        self._event.set()

    async def woken(self) -> bool:
        await self._event.wait()
        self._event.clear()
        return self._open

    def take(self) -> tuple[set[Key], bool]:
        keys, tick = self._keys, self._tick
        self._keys, self._tick = set(), False
        return keys, tick
