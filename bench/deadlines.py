"""Ten thousand deadlines at one moment, a hundred thousand open incidents, a million in all, and people at the door."""

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import asyncpg
import httpx

from bench import backlog, gauges, lifecycle, memory, seed
from bench.backlog import SAMPLES, Due
from bench.figures import Figure, Report, percentile, say
from bench.house import house
from bench.latency import Door
from bench.options import Options
from bench.partner import subjects
from deploy.local.databases import address
from deploy.local.stack import Stack
from policy.load import areas
from services.routing import deadlines_store

OPEN, AT_ONCE = 100_000, 10_000
"""Of the incidents, so many are open, and the deadlines of so many of these pass at one moment."""
REPORTS = 20.0
"""A second over HTTP: a county that makes 182,000 records a year sees them in two and a half hours."""
FIRED_S, DOOR_MS, GAUGE_MS = 30.0, 250.0, 50.0
LEAD_S, QUIET_S, SPAN_S = 40.0, 15.0, 30.0
"""From writing the due ones to their moment; of that, measured as the quiet before; measured from the moment on."""
GAUGE_S = 3.0
"""How long before the moment the auditor's gauge is read: all that is going to be due is in its reach then."""
LOOKS = 10
"""How often the auditor's gauge is read; the slowest counts."""
POLL_S = 0.2
_LEFT = "select exists(select from deadline where try_at <= $1)"
_UNSENT = "select exists(select from unsent where id <= $1)"
APART = timedelta(microseconds=1)
"""What lies between two deadlines that pass together: enough to tell their order."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """The auditor's gauge with all that is due in its reach: how long it took, how many tables it read whole."""

    slowest_ms: float
    scans: int


@dataclass(frozen=True, slots=True)
class Found:
    """What happened; seconds from the moment on, those before it negative."""

    fired: float
    sent: float
    posts: list[tuple[float, float]]
    """When each report was posted, and how long its answer took."""
    events: list[tuple[str, datetime, datetime]]
    """Incident, deadline and time of recording of every event that says one is overdue, in the order of the outbox."""
    gauge: Gauge
    unraised: int

    def taken(self, begin: float, end: float) -> list[float]:
        """Milliseconds that the answers to the reports of a stretch took."""
        return [1000 * took for at, took in self.posts if begin <= at < end]

    @property
    def out_of_turn(self) -> int:
        """Events that came after one whose deadline was later than theirs."""
        latest, late = datetime.min.replace(tzinfo=UTC), 0
        for _, due, _ in self.events:
            late += due < latest
            latest = max(latest, due)
        return late


def section(report: Report, options: Options) -> None:
    """Deadlines of a full house that pass at once, the tier above running as well."""
    with house(options, ("village", "town")) as stack:
        found = asyncio.run(_measured(stack, options))
        _tell(report, found)
        sizes = memory.resident_mb(stack)
        largest = max(sizes, key=lambda name: sizes[name])
        report.add(Figure(f"largest process after them: {largest}", sizes[largest], "MB"))
        report.details["deadlines"] = {"posts": found.posts, "resident MB": sizes}


async def _measured(stack: Stack, options: Options) -> Found:
    say("a sample: some incidents to the end of their life, some open")
    await lifecycle.measure(stack, replace(options, warm=6, seconds=6, wave=60, in_flight=8, share=0))
    ids = await backlog.sample(stack)
    say(f"seeding {options.incidents:,} incidents, {OPEN:,} of them open")
    await seed.fill(stack.postgres(), "village", options.incidents - OPEN)
    others = range(1, (OPEN - AT_ONCE) // SAMPLES)  # the sample itself is open, too
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await backlog.copies(stack.postgres(), ids, others, Due(tomorrow, timedelta(seconds=1)))
    await seed.tidy(stack.postgres(), "village")
    return await _moment(stack, ids, range(others.stop, others.stop + AT_ONCE // SAMPLES))


async def _moment(stack: Stack, ids: list[str], numbers: range) -> Found:
    """Lets the deadlines of some copies pass while reports come in."""
    async with _routing(stack) as connection:
        moment = await connection.fetchval("select now()") + timedelta(seconds=LEAD_S)
        zero = time.monotonic() + LEAD_S
        posting = asyncio.create_task(_post(stack, REPORTS, LEAD_S + SPAN_S))
        await backlog.copies(stack.postgres(), ids, numbers, Due(moment, APART))
        if time.monotonic() > zero - QUIET_S:
            raise RuntimeError("writing what is to be due took longer than it may")
        say(f"{AT_ONCE:,} deadlines pass in {zero - time.monotonic():.0f} s; {REPORTS:g} reports/s meanwhile")
        await asyncio.sleep(zero - GAUGE_S - time.monotonic())
        gauge = await _gauge(connection)
        await asyncio.sleep(zero - time.monotonic())
        programs = gauges.programs(stack)
        begin = await gauges.read(lifecycle.where(stack), programs)
        fired, sent = await _all_fired(connection, moment, zero)
        lifecycle.show_cpu(begin, await gauges.read(lifecycle.where(stack), programs))
        posts = [(at - zero, end - at) for at, end in await posting]
        return Found(
            fired, sent, posts, await _events(connection), gauge, await deadlines_store.unraised(connection)
        )


@asynccontextmanager
async def _routing(stack: Stack) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(address(stack.postgres(), "routing_village"))
    try:
        yield connection
    finally:
        await connection.close()


async def _post(stack: Stack, rate: float, seconds: float) -> list[tuple[float, float]]:
    fresh = subjects(list(areas(stack.plan.areas).values()), uuid.uuid4().int % 2**32)
    async with httpx.AsyncClient(timeout=60) as client:
        door = Door(client, f"{stack.url('village-intake')}/v1/reports", rate)
        return await door.post_all(list(islice(fresh, int(rate * seconds))))


async def _gauge(connection: Any) -> Gauge:  # noqa: ANN401 - a connection of the driver, which a pool's is not
    times = []
    for _ in range(LOOKS):
        began = time.monotonic()
        await deadlines_store.unraised(connection)
        times.append(1000 * (time.monotonic() - began))
    plan = json.loads(await connection.fetchval(f"explain (format json) {deadlines_store.UNRAISED}"))
    return Gauge(max(times), sum(one == "Seq Scan" for one in _nodes(plan[0]["Plan"])))


def _nodes(plan: dict[str, Any]) -> list[str]:
    return [plan["Node Type"], *(node for part in plan.get("Plans", ()) for node in _nodes(part))]


async def _all_fired(connection: Any, moment: datetime, zero: float) -> tuple[float, float]:  # noqa: ANN401
    """Seconds from the moment until none of them is waiting, and until all that was said of them is sent."""
    last = moment + APART * AT_ONCE
    async with asyncio.timeout(10 * FIRED_S):
        while await connection.fetchval(_LEFT, last):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(POLL_S)
        fired = time.monotonic() - zero
        place = await connection.fetchval("select max(id) from outbox")
        while await connection.fetchval(_UNSENT, place):  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
    return fired, time.monotonic() - zero


async def _events(connection: Any) -> list[tuple[str, datetime, datetime]]:  # noqa: ANN401
    rows = await connection.fetch(
        """
        select key, (convert_from(data, 'UTF8')::json->>'due_at')::timestamptz as due, recorded_at
        from outbox where type = 'incident.overdue.v1' order by id
        """
    )
    return [(row["key"], row["due"], row["recorded_at"]) for row in rows]


def _tell(report: Report, found: Found) -> None:
    times = Counter(key for key, _, _ in found.events)
    early = sum(recorded < due for _, due, recorded in found.events)
    before, busy, after = found.taken(-QUIET_S, 0), found.taken(0, found.sent), found.taken(0, SPAN_S)
    report.add(
        Figure(f"{AT_ONCE:,} deadlines at once, all fired after", found.fired, "s", at_most=FIRED_S),
        Figure("all that was said of them sent after", found.sent, "s"),
        Figure("deadlines that were not fired", AT_ONCE - len(times), "", at_most=0),
        Figure("fired twice", times.total() - len(times), "", at_most=0),
        Figure("fired early", early, "", at_most=0),
        Figure("fired out of turn", found.out_of_turn, "", at_most=0),
        Figure(f"POST of a report at {REPORTS:g}/s before, p50", percentile(before, 0.5), "ms"),
        Figure("the same, p99", percentile(before, 0.99), "ms"),
        Figure("POST of a report while they fire and are sent, p50", percentile(busy, 0.5), "ms"),
        Figure("the same, p99", percentile(busy, 0.99), "ms", at_most=DOOR_MS),
        Figure("POST of a report, 30 s from the moment on, p99", percentile(after, 0.99), "ms", at_most=DOOR_MS),
        Figure("the auditor's gauge, all of them in reach, slowest", found.gauge.slowest_ms, "ms", at_most=GAUGE_MS),
        Figure("tables the gauge reads from end to end", found.gauge.scans, "", at_most=0),
        Figure("deadlines not raised in the end", found.unraised, "", at_most=0),
    )  # fmt: skip
