"""docs/operate/backup.md: routing's database is destroyed under load and comes back with all it had answered for."""

import asyncio

import pytest

from tests.system import invariants
from tests.system.operate.archive import Archive, receiving
from tests.system.operate.documents import agree
from tests.system.operate.load import refused, under_load

pytestmark = [pytest.mark.system, pytest.mark.long]


@pytest.mark.timeout(500)
async def test_a_database_restored_to_the_end_of_its_archive_has_lost_nothing(
    world, village, server, tmp_path
):
    archive = Archive(server)
    async with under_load(world) as lives:
        with archive.written():
            await receiving(world, "routing_village", "async")
            await asyncio.to_thread(archive.waited_for)
            await receiving(world, "routing_village", "sync")
            await asyncio.to_thread(archive.backup)
            await lives.more(20)
            await asyncio.to_thread(server.destroy)
            await asyncio.sleep(5)
        before = lives.count
        await asyncio.to_thread(archive.restore)
        await world.ready("village-routing")
        await lives.more(20)

    healed = await invariants.hold(world, world.promised, tiers=("village",))
    assert await refused(world) == {}
    assert await asyncio.to_thread(agree, village, tmp_path) == ""
    print(
        f"{before} lifecycles before, {lives.count - before} after; healed {healed:.1f} s after the last client"
    )
