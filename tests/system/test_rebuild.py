"""Figures are counted again while reports come in and processes die: they stay those of the events."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

import pytest

from deploy.local.plan import PROJECT
from tests.system import invariants
from tests.system.commands import commanded

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(400)]

TIERS = ("village",)
REBUILD = ("metrics", "rebuild")
STEPS = ("reading", "comparing", "correcting", "correcting")
DAMAGE = (
    """update cell set counts = '{"received": 99, "invented": 7}'""",
    "delete from cell where id % 2 = 0",
    """update total set counts = '{"received": 1}'""",
    "delete from restatement",
    "delete from evidence",
)


async def damaged(world):
    """Figures that no event has said, and some that every event has said and that are gone."""
    for statement in DAMAGE:
        await world.query("metrics_village", statement)


async def killed_at(world, step):
    """A rebuild that dies just when it begins a step."""
    order = {"dsn": world.stack.postgres("metrics_village"), "kafka": world.stack.kafka}
    command = [sys.executable, "-m", "tests.system.rebuilder", json.dumps(order)]
    process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdout=PIPE)
    async for line in process.stdout:
        if line.decode().strip() == step:
            process.kill()
    return await process.wait()


async def test_both_sides_are_killed_at_each_step_under_load_and_the_figures_are_those_of_the_events(
    world, tiers
):
    await world.settled(2)
    async with asyncio.TaskGroup() as load:
        for _ in range(4):
            load.create_task(world.settled(12))
        for step in STEPS:
            await damaged(world)
            assert await killed_at(world, step) == -9
            world.stack.kill("village-metrics")
        await damaged(world)
        corrected, said, _ = await commanded(world.stack.data, *REBUILD, "--tier", "village")
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)

    code, last, _ = await commanded(world.stack.data, *REBUILD, "--check")

    assert (corrected, code) == (3, 0), said + last
    assert "更正 corrected" in said
    assert "一致 as they stand" in last
