"""Replacing, losing and adding processes of the village under a steady load of reports: what people feel of it."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from bench.figures import Figure, Report, percentile, say
from bench.house import house
from bench.options import Options
from bench.partner import subjects
from bench.visitors import DOOR, Visitors
from deploy.local.databases import address
from deploy.local.endpoints import Endpoints
from deploy.local.plan import SERVICES
from deploy.local.slots import Slots
from deploy.local.stack import Stack
from policy.load import areas

RATE = 20.0
"""Reports a second over HTTP."""
DOOR_MS, TAKEOVER_S = 500.0, 5.0
QUIET_S, AFTER_S, SETTLED_S = 15.0, 4.0, 120.0
LOOK_S = 0.02
WORKLOADS = [f"village-{service}" for service in SERVICES]
DRAIN = {f"{service.upper()}_DRAIN_S": "2" for service in SERVICES}
"""A closed door is known to be closed after half a second."""
OLDEST = """
    select coalesce(extract(epoch from clock_timestamp() - o.recorded_at), 0)::float8
    from (select id from unsent order by id limit 1) as first join outbox o using (id)
"""
SAID = """
    select key, extract(epoch from recorded_at)::float8 as at from outbox where type = $1
"""
ARRIVED = {
    "intake": "select count(*) as every, count(distinct incident_id) as different from report",
    "routing": """
        select count(*) as every, count(distinct key) as different from outbox where type = 'incident.opened.v1'
    """,
    "metrics": """
        select n as every, n as different
        from (select coalesce(sum((counts->>'received')::bigint), 0)::bigint as n from total) as counted
    """,
}
"""How many of the reports are there, and how many different ones."""
Do = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Village:
    """The village at work: its stack, who comes to its door, and its databases by service."""

    stack: Stack
    visitors: Visitors
    databases: dict[str, Any]

    def slots(self, workload: str) -> Slots:
        """The processes of a workload."""
        return Slots(self.stack, workload)

    async def during(self, do: Do) -> tuple[float, float]:
        """Does something that takes a while, and lets its consequences pass: begin and end by the wall clock."""
        begin = time.time()
        await asyncio.to_thread(do)
        await asyncio.sleep(AFTER_S)
        return begin, time.time()


def section(report: Report, options: Options) -> None:
    """Rolls each service, takes the leader away in three ways, scales routing to three and back."""
    with house(options, ("village",), places=dict.fromkeys(WORKLOADS, 3), settings=DRAIN) as stack:
        for workload in WORKLOADS:
            Slots(stack, workload).scale(2)
        asyncio.run(_measure(report, stack))


async def _measure(report: Report, stack: Stack) -> None:
    async with _databases(stack) as databases:
        async with _at_work(stack, databases) as village:
            await _all_of_it(report, village)
        await _all_arrived(report, village, len(village.visitors.posts))


async def _all_of_it(report: Report, village: Village) -> None:
    say(f"{RATE:g} reports/s over HTTP, two processes of each service of the village")
    begin = time.time()
    await asyncio.sleep(QUIET_S)
    _felt(report, village, "nothing else happens", (begin, time.time()))
    for workload in WORKLOADS:
        span = await village.during(village.slots(workload).roll)
        report.add(
            Figure(f"seconds to replace both processes of {workload}", span[1] - span[0] - AFTER_S, "s")
        )
        _felt(report, village, f"{workload} is replaced", span)
    failed = village.visitors.failed.total()
    report.add(Figure("answers 5xx, and requests without an answer, till then", failed, "", at_most=0))
    await _scaled(report, village)
    for name, take in (("told to stop", _told), ("killed", _killed), ("frozen", _frozen)):
        await _taken_over(report, village, name, take)


@asynccontextmanager
async def _databases(stack: Stack) -> AsyncIterator[dict[str, Any]]:
    dsn = stack.postgres()
    opened = {one: await asyncpg.connect(address(dsn, f"{one}_village")) for one in ARRIVED}
    try:
        yield opened
    finally:
        for one in opened.values():
            await one.close()


@asynccontextmanager
async def _at_work(stack: Stack, databases: dict[str, Any]) -> AsyncIterator[Village]:
    fresh = subjects(list(areas(stack.plan.areas).values()), uuid.uuid4().int % 2**32)
    endpoints = Endpoints(stack, [DOOR])
    async with endpoints.followed(), Visitors(endpoints, fresh, RATE).coming() as visitors:
        yield Village(stack, visitors, databases)


def _felt(report: Report, village: Village, what: str, span: tuple[float, float]) -> None:
    waited = village.visitors.waited(*span)
    report.add(
        Figure(f"POST of a report while {what}, p50", percentile(waited, 0.5), "ms"),
        Figure(f"POST of a report while {what}, p99", percentile(waited, 0.99), "ms", at_most=DOOR_MS),
        Figure(f"POST of a report while {what}, slowest", max(waited), "ms"),
    )


async def _scaled(report: Report, village: Village) -> None:
    """Routing from one process to three and back: the door, and how long a report waits to be an open incident.

    The slowest waits as long as its partition rests while the group shares them out.
    """
    slots = village.slots("village-routing")
    await village.during(lambda: slots.scale(1))
    quiet = await village.during(lambda: time.sleep(QUIET_S))
    more = await village.during(lambda: slots.scale(3))
    fewer = await village.during(lambda: slots.scale(1))
    await asyncio.sleep(AFTER_S)
    spans = {"is one process": quiet, "goes to three": more, "goes back to one": fewer}
    for what, span in ((f"routing {name}", span) for name, span in spans.items()):
        _felt(report, village, what, span)
        opened = await _opened(village, span)
        report.add(
            Figure(f"report accepted to incident opened while {what}, p50", percentile(opened, 0.5), "s"),
            Figure(f"report accepted to incident opened while {what}, slowest", max(opened), "s"),
        )
    await asyncio.to_thread(slots.scale, 2)


async def _opened(village: Village, span: tuple[float, float]) -> list[float]:
    reported = await village.databases["intake"].fetch(SAID, "incident.reported.v1")
    opened = dict(await village.databases["routing"].fetch(SAID, "incident.opened.v1"))
    return [opened[key] - at for key, at in reported if span[0] <= at < span[1] and key in opened]


async def _leader(stack: Stack, besides: str = "") -> str:
    """The process that sends intake's outbox, by what it says at `/telemetry`."""
    async with httpx.AsyncClient(timeout=2) as client, asyncio.timeout(SETTLED_S):
        while True:
            for name in set(Slots(stack, DOOR).taken()) - {besides}:
                if await _leads(client, stack.port(f"{name}-probe")):
                    return name
            await asyncio.sleep(0.2)


async def _leads(client: httpx.AsyncClient, port: int) -> bool:
    try:
        answer = await client.get(f"http://127.0.0.1:{port}/telemetry")
    except httpx.TransportError:
        return False
    return "fengqiao_relay_leader 1.0" in answer.text.splitlines()


async def _taken_over(report: Report, village: Village, how: str, take: Callable[[Stack, str], Do]) -> None:
    """The longest that an event waited to be sent after its relay had gone."""
    old, ages = await _leader(village.stack), list[float]()

    async def watch() -> None:
        while True:
            ages.append(await village.databases["intake"].fetchval(OLDEST) or 0.0)
            await asyncio.sleep(LOOK_S)

    watching = asyncio.create_task(watch())
    back = await asyncio.to_thread(take, village.stack, old)
    await _leader(village.stack, besides=old)
    await asyncio.sleep(AFTER_S)
    watching.cancel()
    await asyncio.to_thread(back)
    report.add(
        Figure(f"longest an event waited after its relay was {how}", max(ages), "s", at_most=TAKEOVER_S)
    )
    await asyncio.sleep(AFTER_S)


def _told(stack: Stack, name: str) -> Do:
    stack.stop_program(name)
    return lambda: Slots(stack, DOOR).scale(2)


def _killed(stack: Stack, name: str) -> Do:
    stack.kill(name)  # it is started again at once
    return lambda: Slots(stack, DOOR).ready([name])


def _frozen(stack: Stack, name: str) -> Do:
    slots = Slots(stack, DOOR)
    pid = slots.freeze(name)
    return lambda: slots.thaw(pid)


async def _all_arrived(report: Report, village: Village, accepted: int) -> None:
    """Every report that was accepted is one incident, and is counted once."""
    lost = doubled = 0
    for service, query in ARRIVED.items():
        deadline = time.monotonic() + SETTLED_S
        while (row := await village.databases[service].fetchrow(query))["different"] < accepted:
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.5)
        lost += max(0, accepted - row["different"])
        doubled += max(0, max(row["every"], row["different"]) - accepted)
    report.add(
        Figure("reports accepted", accepted, ""),
        Figure("lost", lost, "", at_most=0),
        Figure("doubled", doubled, "", at_most=0),
    )
