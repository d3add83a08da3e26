"""docs/operate/restored-database.md: all databases of a house come back as of one moment, older than its topics."""

import asyncio

import pytest

from tests.system import invariants
from tests.system.books import SERVICES
from tests.system.operate.archive import Archive, receiving
from tests.system.operate.broker import lost, replaced
from tests.system.operate.documents import agree, commands, lines, told_of
from tests.system.operate.load import under_load

pytestmark = [pytest.mark.system, pytest.mark.long]


@pytest.fixture
def server(new_server, tmp_path):
    """One server, apart from the stack's, that has every database of the village."""
    one = new_server(tmp_path / "server")
    one.start()
    for service in SERVICES:
        one.create(service)
    return one


@pytest.fixture
def elsewhere(server):
    """All of them lie there."""
    return {f"{service}_village": server.dsn(f"{service}_village") for service in SERVICES}


@pytest.mark.timeout(500)
async def test_a_house_taken_back_to_one_moment_agrees_with_itself_and_works_on(
    world, village, server, tmp_path
):
    archive = Archive(server)
    with archive.written():
        await receiving(world, "routing_village", "async")
        async with under_load(world) as lives:
            await lives.more(5)
            await asyncio.to_thread(archive.backup)
            await lives.more(15)
    async with under_load(world) as lives:
        await lives.more(15)
    ahead = len(world.promised)

    await asyncio.to_thread(village.stop_services)
    await asyncio.to_thread(server.destroy)
    await asyncio.to_thread(lost, village)
    await asyncio.to_thread(archive.restore)
    await asyncio.to_thread(replaced, village)
    told = told_of(village)
    await asyncio.to_thread(commands, tmp_path, lines("lost-broker.md", "topics"), **told)
    await asyncio.to_thread(village.start_services)
    await world.ready(*(f"village-{service}" for service in SERVICES))
    await asyncio.to_thread(commands, tmp_path, lines("lost-broker.md", "replay"), **told)
    rows = await world.query("intake_village", "select incident_id from report")
    world.promised &= {row["incident_id"] for row in rows}
    kept = len(world.promised)
    async with under_load(world) as lives:
        await lives.more(15)

    healed = await invariants.hold(world, world.promised, tiers=("village",))
    assert await asyncio.to_thread(agree, village, tmp_path) == ""
    assert 0 < kept < ahead
    print(f"{ahead} incidents before, {kept} came back; healed {healed:.1f} s after the last client")
