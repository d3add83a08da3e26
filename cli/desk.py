"""A desk: looks at a list again and again, and does each thing on it once, in its own time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

LOOK_S, IDLE_S = 0.7, 2.0
"""How often a busy desk looks at its list, and one with nothing to do."""
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done some seconds after it was first seen; its name tells it from all others."""

    name: str
    after: float
    do: Callable[[], Awaitable[None]]


Look = Callable[[], Coroutine[Any, Any, list[Job]]]


class Desk:
    """Looks at a list again and again, and does each thing on it once, in its time; nothing waits for another thing."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._seen: dict[str, float] = {}
        self._done: set[str] = set()

    async def sit(self) -> None:
        """Works without end, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                busy = await self._begin(tasks)
                await asyncio.sleep(LOOK_S if busy else IDLE_S)

    async def _begin(self, tasks: asyncio.TaskGroup) -> bool:
        """Begins what is ripe; whether there is anything to do, now or soon."""
        now, jobs = asyncio.get_running_loop().time(), await self._look()
        names = {job.name for job in jobs}
        self._seen = {job.name: self._seen.get(job.name, now) for job in jobs}
        self._done &= names
        ripe = [job for job in jobs if job.name not in self._done and self._seen[job.name] + job.after <= now]
        self._done |= {job.name for job in ripe}
        for job in ripe:
            tasks.create_task(_run(job))
        return any(job.after < NEVER and job.name not in self._done for job in jobs)


async def _run(job: Job) -> None:
    await job.do()
