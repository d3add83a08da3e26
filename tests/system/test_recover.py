"""docs/operate/reconcile.md, a database that is behind: it is not started on; reading again mends what it can."""

import asyncio
import sys
from asyncio.subprocess import PIPE

import asyncpg
import pytest

from deploy.local.plan import PROJECT
from tests.system import invariants

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
TIERS = ("village",)
KEPT = "an_older_copy"


async def commanded(world, *arguments):
    """A command of an operator: exit code, and all it printed."""
    command = [sys.executable, "-m", "cli", *arguments, "--data", str(world.stack.data)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=PROJECT, stdout=PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def lived(world, lives):
    """Matters go from report to closing."""
    for _ in range(lives):
        incident = await world.report()
        await world.done("village", incident, "accept")
        await world.resolve("village", incident)
        await world.satisfied("village", incident)
        await world.comes_to("village", incident, "closed")


async def administer(world, *statements):
    connection = await asyncpg.connect(world.stack.postgres("postgres"), timeout=10)
    try:
        for one in statements:
            await connection.execute(one)
    finally:
        await connection.close()


async def copied(world, service):
    """A backup of a service's database; its programs pause meanwhile."""
    await asyncio.to_thread(world.stack.stop_program, f"village-{service}")
    await administer(world, f'create database {KEPT} template "{service}_village"')
    await asyncio.to_thread(world.stack.start_program, f"village-{service}")
    await world.ready(f"village-{service}")


async def exchanged(world, service, aside):
    """The backup stands where the database stood, and the other way round."""
    await asyncio.to_thread(world.stack.stop_program, f"village-{service}")
    await administer(
        world,
        f'alter database "{service}_village" rename to {aside}',
        f'alter database {KEPT} rename to "{service}_village"',
    )


async def refused(world, service):
    """The service is started on it, and says why it does not."""
    log = world.stack.log(f"village-{service}")
    before = log.stat().st_size
    await asyncio.to_thread(world.stack.start_program, f"village-{service}")

    async def says():
        return "the database is behind" in log.read_bytes()[before:].decode()

    await world.until(says, f"village-{service} refuses to start", 60)
    await asyncio.to_thread(world.stack.stop_program, f"village-{service}")


async def test_restored_figures_are_read_again_and_all_books_agree(world, tiers):
    await lived(world, 3)
    await copied(world, "metrics")
    await lived(world, 4)
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)
    await exchanged(world, "metrics", "lost")
    await refused(world, "metrics")

    looked = await commanded(world, "recover", "--service", "metrics", "--tier", "village")
    done = await commanded(world, "recover", "--service", "metrics", "--tier", "village", "--apply")

    assert looked[0] == 1, looked
    assert "有未处理者 some were not applied" in looked[1]
    assert done[0] == 0, done
    await asyncio.to_thread(world.stack.start_program, "village-metrics")
    await world.ready("village-metrics")
    await lived(world, 1)
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)
    assert await commanded(world, "reconcile") == (0, "")
    await administer(world, "drop database lost")


async def test_a_writer_that_has_said_more_stays_behind_its_fence_until_it_has_everything(world, tiers):
    await lived(world, 2)
    await copied(world, "routing")
    await lived(world, 2)
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)
    await exchanged(world, "routing", "later")
    await refused(world, "routing")

    looked = await commanded(world, "recover", "--service", "routing", "--tier", "village")
    tried = await commanded(world, "recover", "--service", "routing", "--tier", "village", "--apply")
    await administer(
        world,
        f"alter database routing_village rename to {KEPT}",
        "alter database later rename to routing_village",
    )
    whole = await commanded(world, "recover", "--service", "routing", "--tier", "village", "--apply")

    assert looked[0] == tried[0] == 1, looked
    assert "2 件事项 incidents" in looked[1]
    assert whole[0] == 0, whole
    await asyncio.to_thread(world.stack.start_program, "village-routing")
    await world.ready("village-routing")
    await lived(world, 1)
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)
    assert await commanded(world, "reconcile") == (0, "")
    await administer(world, f"drop database {KEPT}")
