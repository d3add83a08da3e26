"""The floor: the same bytes through the same hops into the same database, batched, with no logic; see README.md."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench import gauges, lifecycle
from bench.figures import say, table
from bench.floor_plan import Stage, census, inbound, plain, stages
from bench.floor_process import PREFIX, floor_where, lifecycles
from bench.lifecycle import Run
from bench.options import Options
from deploy.local import databases
from deploy.local.databases import address
from deploy.local.plan import PROJECT
from deploy.local.stack import Stack
from schemas.topics import PARTITIONS, TOPICS

TABLE = "create table stored (id bigint generated always as identity primary key, data bytea not null)"


@dataclass(frozen=True, slots=True)
class Found:
    """Lifecycles a second, and how many cores that took: others may have had the rest."""

    rate: float
    cores: float


async def measure(stack: Stack, run: Run, options: Options) -> Found:
    """The floor for what the run was seen to move and store."""
    where = lifecycle.where(stack)
    own = [name for name, topic in TOPICS.items() if topic.tier in stack.plan.tiers]
    seen = await census(stack.kafka, own, await gauges.offsets(stack.kafka, own))
    plan = await stages(where, run, seen)
    _show(plan)
    _services(stack, up=False)
    await _prepare(stack, plan)
    file = stack.data / "floor.json"
    order = {
        "kafka": stack.kafka,
        "postgres": stack.postgres(),
        "stages": [plain(one) for one in plan],
        "inbound": [plain(one) for one in inbound(run, seen)],
        "in_flight": options.wave * options.in_flight,
    }
    file.write_text(json.dumps(order))
    with _processes(file, plan) as running:
        return await _window(stack, plan, running, options)


async def _window(stack: Stack, plan: Sequence[Stage], running: dict[str, int], options: Options) -> Found:
    where = floor_where(stack.kafka, stack.postgres(), list(plan))
    programs = gauges.programs(stack) | running
    await asyncio.sleep(options.warm)
    begin = await gauges.read(where, programs)
    await asyncio.sleep(options.seconds)
    end = await gauges.read(where, programs)
    say("  end of the window")
    lifecycle.show_cpu(begin, end)
    done = lifecycles(end.consumed, list(plan)) - lifecycles(begin.consumed, list(plan))
    return Found(done / (end.at - begin.at).total_seconds(), gauges.cores(begin, end))


@contextmanager
def _processes(file: Path, plan: Sequence[Stage]) -> Iterator[dict[str, int]]:
    names = [*(one.name for one in plan), "driver"]
    started = {
        name: subprocess.Popen([sys.executable, "-m", "bench.floor_process", str(file), name], cwd=PROJECT)
        for name in names
    }
    try:
        yield {name: process.pid for name, process in started.items()}
        if dead := [name for name, process in started.items() if process.poll() is not None]:
            raise RuntimeError(f"processes of the floor ended early: {', '.join(dead)}")
    finally:
        for process in started.values():
            process.kill()
        for process in started.values():
            process.wait()


@contextmanager
def beside(stack: Stack) -> Iterator[None]:
    """The services rest while the floor is measured, and run again afterwards; its data is removed."""
    try:
        yield
    finally:
        asyncio.run(_remove(stack))
        _services(stack, up=True)
        stack.wait_ready(300)


def _services(stack: Stack, *, up: bool) -> None:
    for instance in stack.plan.instances():
        (stack.start_program if up else stack.stop_program)(instance.name)


async def _prepare(stack: Stack, plan: Sequence[Stage]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(PREFIX + one, PARTITIONS, 1) for one in TOPICS])
    finally:
        await admin.close()
    await databases.create(stack.postgres(), [f"floor_{one.database}" for one in plan])
    for one in plan:
        connection = await asyncpg.connect(address(stack.postgres(), f"floor_{one.database}"))
        await connection.execute(TABLE)
        await connection.close()


async def _remove(stack: Stack) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        await admin.delete_topics([one for one in await admin.list_topics() if one.startswith(PREFIX)])
    finally:
        await admin.close()
    connection = await asyncpg.connect(stack.postgres())
    try:
        rows = await connection.fetch("select datname from pg_database where datname like 'floor\\_%'")
        for row in rows:
            await connection.execute(f'drop database "{row["datname"]}" with (force)')
    finally:
        await connection.close()


def _show(plan: Sequence[Stage]) -> None:
    rows = []
    for one in plan:
        count = one.per_lifecycle
        stored = sum(share for _, share in one.rows) * count
        stored_bytes = sum(size * share for size, share in one.rows) * count
        sent = sum(out.per_lifecycle for out in one.outputs)
        rows.append((one.name, f"{count:.1f}", f"{stored:.1f}", f"{stored_bytes:,.0f}", f"{sent:.1f}"))
    headings = ("service", "messages in", "rows stored", "bytes stored", "messages out")
    table("What one lifecycle moves and stores", headings, rows)
