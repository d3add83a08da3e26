"""Waves of incidents, a fixed number of them under way: what every load driver of the bench has in common.

A driver says on standard output, as lines of JSON, when the measured window begins, ends, and all is drained.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import asyncpg

from bench import partner
from bench.partner import Subject
from deploy.local.databases import address
from messaging.database import PLANNING
from policy.load import areas

POLL_S = 0.4
DRAIN_S = 240.0
LOOKS = {
    "routing": "select count(*) from incident where incident_id = any($1::text[]) and status = $2",
    "followup": "select count(*) from revisit where incident_id = any($1::text[]) and status = $2",
    # its last event, the closing, has been counted, or entered in the reporter's timeline
    "metrics": "select count(*) from guard where key = any($1::text[]) and topic = $2 and last_seq = 4",
    "intake": "select count(*) from guard where key = any($1::text[]) and topic = $2 and last_seq = 4",
}
"""How many of some incidents an effect has reached, in each service's database."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much, how long, of which county: the part of an order that all drivers read."""

    postgres: str
    registry: str
    seed: int
    seconds: float
    warm: float
    wave: int
    in_flight: int


class Waves(ABC):
    """Keeps waves under way; reads the databases only to see effects."""

    def __init__(self, pace: Pace, databases: Collection[str]) -> None:
        self._pace = pace
        self._databases = databases
        self._fresh = partner.subjects(list(areas(Path(pace.registry)).values()), pace.seed)
        self._looks: dict[str, asyncpg.Pool[asyncpg.Record]] = {}
        self._going = True
        self.incidents = 0

    @abstractmethod
    async def open(self, stack: AsyncExitStack) -> None:
        """Opens what the load goes through, to be closed with the stack."""

    @abstractmethod
    async def live(self, wave: Sequence[Subject]) -> None:
        """Takes incidents from their report to their end."""

    def told(self) -> Mapping[str, object]:
        """What is said at the end besides how many incidents there were."""
        return {}

    async def run(self) -> None:
        """Warms up, lets the window pass, drains."""
        async with AsyncExitStack() as stack:
            for name in self._databases:
                pool = asyncpg.create_pool(
                    address(self._pace.postgres, name), min_size=1, max_size=4, server_settings=PLANNING
                )
                self._looks[name] = await stack.enter_async_context(pool)
            await self.open(stack)
            workers = [asyncio.create_task(self._work(at)) for at in range(self._pace.in_flight)]
            await self._pass(workers, self._pace.warm)
            tell(mark="begin")
            await self._pass(workers, self._pace.seconds)
            tell(mark="end")
            self._going = False
            async with asyncio.timeout(DRAIN_S):
                await asyncio.gather(*workers)
        tell(mark="drained", incidents=self.incidents, **self.told())

    async def seen(self, database: str, ids: Sequence[str], status: str) -> None:
        """Returns once an effect has reached all of some incidents."""
        query = LOOKS[database.partition("_")[0]]
        while True:
            await asyncio.sleep(POLL_S)
            if await self._looks[database].fetchval(query, ids, status) == len(ids):
                return

    async def _pass(self, workers: Sequence["asyncio.Task[None]"], seconds: float) -> None:
        """Lets time pass; a worker that ends by an error ends us."""
        done, _ = await asyncio.wait(workers, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()

    async def _work(self, number: int) -> None:
        # Staggered, so that at any moment waves are in every phase of their life.
        await asyncio.sleep(number * self._pace.warm / 3 / self._pace.in_flight)
        while self._going:
            wave = list(islice(self._fresh, self._pace.wave))
            self.incidents += len(wave)
            await self.live(wave)


def tell(**facts: object) -> None:
    """One line to whoever started us."""
    print(json.dumps(facts), flush=True)
