"""The load over HTTP, as a process of its own: `python -m bench.people ORDER`. Everything people do is asked at a door.

Waves as in `bench.driver`, which begin with a report at intake's door, go on with actions at routing's and end with
visits at followup's; what follows from these by itself is waited for in the databases. Whether callers bring tokens,
and whether reports name people, is said by the order: all else is the same.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import asyncpg
import uvloop

from bench import partner
from bench.doors import Door
from bench.driver import DRAIN_S, LOOKS, POLL_S, tell
from bench.partner import Subject
from deploy.local.databases import address
from messaging import collector
from policy.load import areas

SERVICES = ("intake", "routing", "followup", "metrics")
ROLES = ("applicant", "respondent")


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: where, how much, how long, and in which way."""

    postgres: str
    doors: dict[str, int]
    """The ports of the village's doors, by service."""
    registry: str
    seed: int
    seconds: float
    warm: float
    wave: int
    in_flight: int
    connections: int
    """To each door."""
    tokens: str | None
    """A file with a token for each village, by area; nobody signs in where there is none."""
    personal: bool
    """Whether reports name people."""


@dataclass(slots=True)
class Matter:
    """A subject, and the id intake gave it."""

    subject: Subject
    token: str | None
    incident_id: str = field(default="")


class People:
    """Asks at the doors; reads the databases only to see what followed."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._fresh = partner.subjects(list(areas(Path(order.registry)).values()), order.seed)
        self._tokens: dict[str, str] | None = (
            None if order.tokens is None else json.loads(Path(order.tokens).read_text())
        )
        self._doors = {name: Door(port, order.connections) for name, port in order.doors.items()}
        self._looks: dict[str, asyncpg.Pool[asyncpg.Record]] = {}
        self._going = True
        self.incidents = 0

    async def run(self) -> None:
        """Warms up, lets the window pass, drains."""
        async with AsyncExitStack() as stack:
            for name in SERVICES:
                pool = asyncpg.create_pool(
                    address(self._order.postgres, f"{name}_village"), min_size=1, max_size=4
                )
                self._looks[name] = await stack.enter_async_context(pool)
            for door in self._doors.values():
                stack.push_async_callback(door.close)
            workers = [asyncio.create_task(self._work(at)) for at in range(self._order.in_flight)]
            await self._pass(workers, self._order.warm)
            tell(mark="begin")
            await self._pass(workers, self._order.seconds)
            tell(mark="end")
            self._going = False
            async with asyncio.timeout(DRAIN_S):
                await asyncio.gather(*workers)
        told = {name: dict(door.told) for name, door in self._doors.items() if door.told}
        tell(mark="drained", incidents=self.incidents, again=told)

    async def _pass(self, workers: Sequence["asyncio.Task[None]"], seconds: float) -> None:
        """Lets time pass; a worker that ends by an error ends us."""
        done, _ = await asyncio.wait(workers, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()

    async def _work(self, number: int) -> None:
        # Staggered, so that at any moment waves are in every phase of their life.
        await asyncio.sleep(number * self._order.warm / 3 / self._order.in_flight)
        while self._going:
            tokens = self._tokens
            wave = [
                Matter(one, None if tokens is None else tokens[one.area])
                for one in islice(self._fresh, self._order.wave)
            ]
            self.incidents += len(wave)
            await self._live(wave)

    async def _live(self, wave: Sequence[Matter]) -> None:
        await _all(self._report(one) for one in wave)
        await self._seen("routing", wave, "open")
        for name, action in (("accept", partner.ACCEPT), ("resolve", partner.RESOLVE)):
            await _all(self._act(one, name, action) for one in wave)
        await self._seen("followup", wave, "due")
        for party in ("p1", "p2"):
            await _all(self._visit(one, party) for one in wave)
        await self._seen("routing", wave, "closed")
        await self._seen("metrics", wave, "village.routing")
        await self._seen("intake", wave, "village.routing")

    async def _report(self, one: Matter) -> None:
        subject = one.subject
        asked = {
            "area": subject.area,
            "category": subject.category,
            "channel": subject.channel,
            "severity": "ordinary",
            "parties": [self._party(subject, at, role) for at, role in enumerate(ROLES, start=1)],
        }
        answer = await self._ask("intake", "/v1/reports", one, "report", asked)
        one.incident_id = json.loads(answer)["incident_id"]

    def _party(self, subject: Subject, at: int, role: str) -> dict[str, str]:
        if not self._order.personal:
            return {"role": role}
        said = f"{subject.report_id} {at}"
        return {
            "role": role,
            "name": f"某人 {said}",
            "telephone": f"138 {said}",
            "address": f"某村某组 {said} 号",
            "identity_number": f"620522 {said}",
        }

    async def _act(self, one: Matter, name: str, action: str) -> None:
        asked = {"action": json.loads(action), "actor": {"role": "staff", "ref": "bench"}}
        await self._ask("routing", f"/v1/incidents/{one.incident_id}/actions", one, name, asked)

    async def _visit(self, one: Matter, party: str) -> None:
        asked = {
            "party": party, "means": "telephone", "result": "satisfied", "actor": {"role": "staff", "ref": "bench"},
        }  # fmt: skip
        await self._ask("followup", f"/v1/revisits/{one.incident_id}/visits", one, party, asked)

    async def _ask(self, service: str, path: str, one: Matter, name: str, asked: object) -> bytes:
        body = json.dumps(asked, ensure_ascii=False).encode()
        return await self._doors[service].created(path, f"{one.subject.report_id}-{name}", body, one.token)

    async def _seen(self, service: str, wave: Sequence[Matter], status: str) -> None:
        ids = [one.incident_id for one in wave]
        while True:
            if await self._looks[service].fetchval(LOOKS[service], ids, status) == len(ids):
                return
            await asyncio.sleep(POLL_S)


async def _all(asked: Iterable[Awaitable[None]]) -> None:
    """Together; the first that fails ends the others."""
    async with asyncio.TaskGroup() as group:
        for one in asked:
            group.create_task(_awaited(one))


async def _awaited(one: Awaitable[None]) -> None:
    await one


async def main() -> None:
    await People(Order(**json.loads(sys.argv[1]))).run()


if __name__ == "__main__":
    collector.patient()
    uvloop.run(main())
