"""What stands before several processes of a workload: the list of those that are open, heard of a little late."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import count

import httpx

from deploy.local.stack import Stack

LATE_S = 0.5
"""How long it takes until a process that opened or closed is known; clusters take about as long."""
PROBE_S = 0.4


class Endpoints:
    """The open doors of workloads such as `village-intake`, in turn."""

    def __init__(self, stack: Stack, workloads: Iterable[str]) -> None:
        self._doors = {
            workload: {name: (stack.url(name), stack.port(f"{name}-probe")) for name in stack.plan.names(workload)}
            for workload in workloads
        }  # fmt: skip
        self._open: dict[str, list[str]] = {workload: [] for workload in self._doors}
        self._turn = count()

    @asynccontextmanager
    async def followed(self) -> AsyncIterator["Endpoints"]:
        """Keeps the lists up to date while the block runs."""
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=PROBE_S, limits=limits) as client:
            await self._look(client)
            task = asyncio.create_task(self._follow(client))
            try:
                yield self
            finally:
                task.cancel()

    def next(self, workload: str) -> str | None:
        """The address of one that is open, the next in turn; None while none is."""
        found = self._open[workload]
        return found[next(self._turn) % len(found)] if found else None

    async def _follow(self, client: httpx.AsyncClient) -> None:
        while True:
            await asyncio.sleep(LATE_S)
            await self._look(client)

    async def _look(self, client: httpx.AsyncClient) -> None:
        """Asks all at once: who does not answer must not keep others from being known as closed."""

        async def look(workload: str) -> None:
            doors = self._doors[workload].values()
            answers = await asyncio.gather(*(_is_open(client, probe) for _, probe in doors))
            self._open[workload] = [url for (url, _), there in zip(doors, answers, strict=True) if there]

        await asyncio.gather(*map(look, self._doors))


async def _is_open(client: httpx.AsyncClient, port: int) -> bool:
    try:
        answer = await client.get(f"http://127.0.0.1:{port}/open")
    except httpx.TransportError:
        return False
    return answer.is_success
