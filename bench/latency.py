"""From accepted report to visible figure: reports over HTTP at a steady rate, the live stream as the witness."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx

from bench import partner
from bench.partner import Subject
from deploy.local.stack import Stack
from policy.load import areas

SECONDS = 30.0
WARM_SECONDS = 5.0
"""Reports before the measured ones, so that connections and plans are there."""
PATIENCE_S = 60.0
_BUSY = httpx.codes.SERVICE_UNAVAILABLE


@dataclass(slots=True)
class Witness:
    """What one stream showed: when the number of reports received at the village reached which count."""

    url: str
    values: dict[str, int] = field(default_factory=dict)
    seen: list[tuple[float, int]] = field(default_factory=list)

    async def watch(self, client: httpx.AsyncClient) -> None:
        """Reads the stream until cancelled."""
        async with client.stream("GET", f"{self.url}/v1/metrics/stream", timeout=None) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    self._take(json.loads(line[6:]), time.monotonic())

    def _take(self, body: dict[str, Any], now: float) -> None:
        for tier, area, measure, value in body.get("totals", ()):
            if tier == "village" and measure == "received":
                self.values[area] = value
        self.seen.append((now, sum(self.values.values())))

    async def reaches(self, count: int) -> None:
        """Returns once so many reports have been seen."""
        while self.count < count:  # noqa: ASYNC110 - the stream itself is what wakes us, ten times a second is enough
            await asyncio.sleep(0.1)

    @property
    def count(self) -> int:
        """Reports seen so far."""
        return self.seen[-1][1] if self.seen else -1

    def delays(self, accepted: Iterable[float], before: int) -> list[float]:
        """Seconds from each acceptance to the event whose figure contains it, `before` reports being there."""
        found, at = [], 0
        for number, moment in enumerate(sorted(accepted), start=before + 1):
            while self.seen[at][1] < number:
                at += 1
            found.append(max(0.0, self.seen[at][0] - moment))
        return found


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds: of each POST, and from each answer to the figure, by stream."""

    posts: list[float]
    visible: dict[str, list[float]]
    retried: int
    """Posts answered 503, and tried again as the answer asks."""


async def measure(stack: Stack, rate: float) -> Latency:
    """Posts at the rate, watches village and county."""
    witnesses = {tier: Witness(stack.url(f"{tier}-metrics")) for tier in ("village", "county")}
    fresh = partner.subjects(list(areas(stack.plan.areas).values()), time.time_ns() % 2**32)
    async with AsyncExitStack() as open_:
        client = await open_.enter_async_context(_client())
        watching = [asyncio.create_task(one.watch(client)) for one in witnesses.values()]
        open_.callback(lambda: [one.cancel() for one in watching])
        door = Door(client, f"{stack.url('village-intake')}/v1/reports", rate)
        await door.post_all(list(islice(fresh, int(rate * WARM_SECONDS))))
        before = await _settled(witnesses)
        done = await door.post_all(list(islice(fresh, int(rate * SECONDS))))
        await _reached(witnesses, {tier: count + len(done) for tier, count in before.items()})
    accepted = [end for _, end in done]
    visible = {tier: one.delays(accepted, before[tier]) for tier, one in witnesses.items()}
    return Latency([end - begin for begin, end in done], visible, door.retried)


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=60, limits=limits)


class Door:
    """Where reports are posted, as many a second as asked for."""

    def __init__(self, client: httpx.AsyncClient, url: str, rate: float) -> None:
        self._client = client
        self._url = url
        self._rate = rate
        self.retried = 0

    async def post_all(self, wave: list[Subject]) -> list[tuple[float, float]]:
        """Posts at the rate whatever the answers take, as independent people would: begin and answer of each."""
        began = time.monotonic()
        posts = []
        for number, one in enumerate(wave):
            await asyncio.sleep(max(0.0, began + number / self._rate - time.monotonic()))
            posts.append(asyncio.create_task(self._post(one)))
        return list(await asyncio.gather(*posts))

    async def _post(self, one: Subject) -> tuple[float, float]:
        body = {
            "area": one.area,
            "category": one.category,
            "channel": one.channel,
            "parties": [{"role": "applicant"}, {"role": "respondent"}],
        }
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        began = time.monotonic()
        while (answer := await self._client.post(self._url, json=body, headers=headers)).status_code == _BUSY:
            self.retried += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        if answer.status_code != httpx.codes.CREATED:
            raise RuntimeError(f"a report was answered {answer.status_code}: {answer.text[:200]}")
        return began, time.monotonic()


async def _settled(witnesses: dict[str, Witness]) -> dict[str, int]:
    """Waits until nothing has changed for some seconds; the counts then."""
    counts: dict[str, int] = {}
    while counts != (now := {tier: one.count for tier, one in witnesses.items()}) or -1 in now.values():
        counts = now
        await asyncio.sleep(4)
    return counts


async def _reached(witnesses: dict[str, Witness], wanted: dict[str, int]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for tier, one in witnesses.items():
            await one.reaches(wanted[tier])
