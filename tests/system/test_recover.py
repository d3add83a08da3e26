"""docs/operate/reconcile.md, a database that is behind: it is not started on; reading again mends what it can."""

import asyncio

import asyncpg
import pytest

from tests.system import invariants
from tests.system.commands import commanded

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
TIERS = ("village",)
KEPT = "an_older_copy"


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


async def set_back(world, tiers, service, aside, lost):
    """The service's database is the backup of before the last matters, and it does not start on that."""
    await world.settled(2)
    await copied(world, service)
    await world.settled(lost)
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)
    await exchanged(world, service, aside)
    await refused(world, service)


async def recovered(world, service, *options):
    """The command of an operator: exit code, what it printed, what it complained of."""
    return await commanded(world.stack.data, "recover", "--service", service, "--tier", "village", *options)


async def goes_on(world, tiers, service):
    """The service starts, matters take their course, and all books agree."""
    await asyncio.to_thread(world.stack.start_program, f"village-{service}")
    await world.ready(f"village-{service}")
    await world.settled()
    await invariants.hold(world, world.promised, probes=False, tiers=tiers)
    assert await commanded(world.stack.data, "reconcile") == (0, "", "")


@pytest.mark.long
async def test_restored_figures_are_read_again_and_all_books_agree(world, tiers):
    await set_back(world, tiers, "metrics", "lost", lost=4)

    looked = await recovered(world, "metrics")
    done = await recovered(world, "metrics", "--apply")

    assert looked[0] == 1, looked
    assert "有未处理者 some were not applied" in looked[1]
    assert done[0] == 0, done
    await goes_on(world, tiers, "metrics")
    await administer(world, "drop database lost")


async def test_a_writer_that_has_said_more_stays_behind_its_fence_until_it_has_everything(world, tiers):
    await set_back(world, tiers, "routing", "later", lost=2)

    looked = await recovered(world, "routing")
    tried = await recovered(world, "routing", "--apply")
    await administer(
        world,
        f"alter database routing_village rename to {KEPT}",
        "alter database later rename to routing_village",
    )
    whole = await recovered(world, "routing", "--apply")

    assert looked[0] == tried[0] == 1, looked
    assert "2 件事项 incidents" in looked[1]
    assert whole[0] == 0, whole
    await goes_on(world, tiers, "routing")
    await administer(world, f"drop database {KEPT}")
