"""People who report at a steady rate to whichever process is open, and what each of them was told."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx

from bench.partner import Subject
from deploy.local.endpoints import Endpoints

DOOR = "village-intake"
TRIES, PATIENCE_S, AGAIN_S = 5, 60.0, 0.2
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: as where no process is open."""


class Visitors:
    """They come whatever the answers take; a refused connection sends them to the next process at once.

    Who got no answer, or was told that we are to blame, asks again under the same name, until the report is accepted.
    """

    def __init__(self, endpoints: Endpoints, fresh: Iterator[Subject], rate: float) -> None:
        self._endpoints = endpoints
        self._fresh = fresh
        self._rate = rate
        self.posts: list[tuple[float, float]] = []
        """When each came, by the wall clock, and seconds until the report was accepted."""
        self.failed: Counter[str] = Counter()
        """Answers that say that we are to blame, and requests without any."""
        self.refused = 0

    @asynccontextmanager
    async def coming(self) -> AsyncIterator["Visitors"]:
        """They come while the block runs; it ends when the last has been answered."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(timeout=10, limits=limits) as client:
            going = asyncio.Event()
            task = asyncio.create_task(self._come(client, going))
            try:
                yield self
            finally:
                going.set()
                await task

    def waited(self, begin: float, end: float) -> list[float]:
        """Milliseconds of those who came between two moments of the wall clock."""
        return [1000 * took for at, took in self.posts if begin <= at < end]

    async def _come(self, client: httpx.AsyncClient, ended: asyncio.Event) -> None:
        began, number, posts = time.monotonic(), 0, set[asyncio.Task[None]]()
        while not ended.is_set():
            number += 1
            await asyncio.sleep(max(0.0, began + number / self._rate - time.monotonic()))
            posts.add(asyncio.create_task(self._report(client, next(self._fresh))))
        await asyncio.gather(*posts)

    async def _report(self, client: httpx.AsyncClient, one: Subject) -> None:
        body: dict[str, object] = {
            "area": one.area,
            "category": one.category,
            "channel": one.channel,
            "parties": [{"role": "applicant"}, {"role": "respondent"}],
        }
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        at, began = time.time(), time.monotonic()
        while not await self._accepted(client, body, headers):
            if time.monotonic() - began > PATIENCE_S:
                raise RuntimeError(
                    f"a report was not accepted within {PATIENCE_S:.0f} s: {dict(self.failed)}"
                )
            await asyncio.sleep(AGAIN_S)
        self.posts.append((at, time.monotonic() - began))

    async def _accepted(
        self, client: httpx.AsyncClient, body: dict[str, object], headers: dict[str, str]
    ) -> bool:
        for _ in range(TRIES):
            url = self._endpoints.next(DOOR) or NOWHERE
            try:
                answer = await client.post(f"{url}/v1/reports", json=body, headers=headers)
            except httpx.ConnectError:
                self.refused += 1
            except httpx.TransportError as error:
                self.failed[type(error).__name__] += 1
                return False
            else:
                if answer.status_code != httpx.codes.CREATED:
                    self.failed[str(answer.status_code)] += 1
                return answer.status_code == httpx.codes.CREATED
        return False
