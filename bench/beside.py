"""Beside two stream libraries: metrics and they count the same cells from the same topics, one after the other."""

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka.admin import AdminClient

from bench import gauges, lifecycle
from bench.figures import Figure, Report, say, table
from bench.gauges import Where
from bench.house import house
from bench.options import Options
from bench.peers.counted import TOPICS_READ, plus
from bench.peers.environment import installed
from deploy.local import databases
from deploy.local.databases import address
from deploy.local.plan import PROJECT
from deploy.local.stack import Stack

OURS = "village-metrics"
PEERS = {"Quix Streams": "quix", "Faust": "faust"}
GUARANTEES = {"once": "exactly once", "again": "at least once"}
"""The first is what we promise; the second is the libraries' own default, which may count twice after a crash."""
EVERY_S = 0.25
PATIENCE_S = 900
QUIET_S = 5.0
"""After so long without a commit there is nothing left to count."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one of them was seen to do."""

    rate: float
    """Events a second, from its first commit until all were counted."""
    cpu: float
    """CPU seconds in that time, broker and database included."""
    received: int
    """What it counted as received: all must agree."""


def section(report: Report, options: Options) -> None:
    """Fills the topics with real lifecycles, then lets each of them count from the first event."""
    pythons = {name: installed(name) for name in PEERS.values()}
    with house(options, ("village",)) as stack:
        say("lifecycles, to fill the topics")
        asyncio.run(lifecycle.measure(stack, options))
        for instance in stack.plan.instances():
            stack.stop_program(instance.name)
        ends = asyncio.run(gauges.offsets(stack.kafka, list(TOPICS_READ)))
        found = {"Fengqiao": _ours(stack, ends)}
        for title, name in PEERS.items():
            for guarantee, words in GUARANTEES.items():
                found[f"{title}, {words}"] = _peer(stack, ends, (name, guarantee), pythons[name])
    _tell(report, found, sum(ends.values()))


def _tell(report: Report, found: dict[str, Found], events: int) -> None:
    rows = [
        (name, f"{one.rate:,.0f}", f"{one.cpu / events * 1e6:,.0f}", f"{one.received:,}")
        for name, one in found.items()
    ]
    table(f"{events:,} events", ("", "events/s", "CPU µs an event", "received"), rows)
    ours = found.pop("Fengqiao")
    report.add(Figure("events/s of metrics, from the first", ours.rate, "/s"))
    for title, one in found.items():
        report.add(
            Figure(f"events/s of {title}, the same cells", one.rate, "/s"),
            Figure(f"ours beside {title}", 100 * ours.rate / one.rate, "%", at_least=100),
            Figure(f"counted differently by {title}", abs(one.received - ours.received), "", at_most=0),
        )


def _ours(stack: Stack, ends: dict[str, int]) -> Found:
    """Metrics with an empty database and a group that has read nothing."""
    asyncio.run(_forget(stack))
    admin = AdminClient({"bootstrap.servers": stack.kafka})  # answers only while somebody holds it
    admin.delete_consumer_groups([OURS])[OURS].result()
    stack.start_program(OURS)
    try:
        programs = gauges.programs(stack)
        rate, cpu = asyncio.run(_watch(stack, OURS, ends, programs))
        return Found(rate, cpu, asyncio.run(_received(stack)))
    finally:
        stack.stop_program(OURS)


async def _forget(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres())
    try:
        await connection.execute("drop database metrics_village with (force)")
    finally:
        await connection.close()
    await databases.create(stack.postgres(), ["metrics_village"])
    await databases.migrate(stack.postgres(), [("metrics_village", "metrics")])


async def _received(stack: Stack) -> int:
    connection = await asyncpg.connect(address(stack.postgres(), "metrics_village"))
    try:
        return int(await connection.fetchval("select sum((counts->>'received')::bigint) from cell"))
    finally:
        await connection.close()


def _peer(stack: Stack, ends: dict[str, int], how: tuple[str, str], python: str) -> Found:
    group = f"peer-{'-'.join(how)}"
    with _running(stack, how, group, python) as process:
        programs = gauges.programs(stack) | {group: process.pid}
        rate, cpu = asyncio.run(_watch(stack, group, ends, programs, process))
    return Found(rate, cpu, asyncio.run(_last_values(stack, group)))


@contextmanager
def _running(
    stack: Stack, how: tuple[str, str], group: str, python: str
) -> Iterator[subprocess.Popen[bytes]]:
    name, guarantee = how
    folder = tempfile.mkdtemp(prefix="fengqiao-peer-")
    log = stack.log(group)
    with log.open("w") as out:
        command = [python, "-m", f"bench.peers.with_{name}", stack.kafka, group, folder, guarantee]
        process = subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=out)
    try:
        yield process
    except (TimeoutError, RuntimeError):
        say(log.read_text()[-2000:])
        raise
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _watch(
    stack: Stack,
    group: str,
    ends: dict[str, int],
    programs: dict[str, int],
    process: subprocess.Popen[bytes] | None = None,
) -> tuple[float, float]:
    """Events a second between a group's first commit and its last, and the CPU seconds in that time.

    The last is the one that none follows for a while: a library may send what it found to topics of its own first.
    """
    events = sum(ends.values())
    say(f"{group} counts {events:,} events")
    where = Where(stack.kafka, stack.postgres(), {group: tuple(ends)})
    steps = list[tuple[int, gauges.Reading]]()
    async with asyncio.timeout(PATIENCE_S), _admin(stack.kafka) as admin:
        while not steps or steps[-1][1].consumed[group] < events or await _age(stack, steps[-1][1]) < QUIET_S:
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"{group} ended early, with {process.returncode}")
            offsets = await admin.list_consumer_group_offsets(group)
            everywhere = sum(one.offset for one in offsets.values())
            if everywhere and (not steps or steps[-1][0] != everywhere):
                steps.append((everywhere, await gauges.read(where, programs)))
            await asyncio.sleep(EVERY_S)
    begin, end = steps[0][1], steps[-1][1]
    lifecycle.show_cpu(begin, end)
    took = (end.at - begin.at).total_seconds()
    return (events - begin.consumed[group]) / took, gauges.cores(begin, end) * took


@asynccontextmanager
async def _admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _age(stack: Stack, reading: gauges.Reading) -> float:
    """How many seconds a reading is old, by the clock it was taken by."""
    connection = await asyncpg.connect(stack.postgres())
    try:
        return float(
            await connection.fetchval("select extract(epoch from clock_timestamp() - $1)", reading.at)
        )
    finally:
        await connection.close()


async def _topics(stack: Stack) -> list[str]:
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka)
    await consumer.start()
    try:
        return sorted(await consumer.topics())
    finally:
        await consumer.stop()


async def _last_values(stack: Stack, group: str) -> int:
    """What the changelog topic says was received: its last value for each cell."""
    names = [one for one in await _topics(stack) if "changelog" in one and group in one]
    consumer = AIOKafkaConsumer(
        *names, bootstrap_servers=stack.kafka, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    last: dict[tuple[int, bytes], dict[str, int]] = {}
    await consumer.start()
    try:
        while got := await consumer.getmany(timeout_ms=3000):
            for place, records in got.items():
                last |= {
                    (place.partition, one.key): json.loads(one.value)
                    for one in records
                    if one.key and one.value
                }
    finally:
        await consumer.stop()
    whole: dict[str, int] = {}
    for counts in last.values():
        whole = plus(whole, counts)
    return whole.get("received", 0)
