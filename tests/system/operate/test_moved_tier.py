"""docs/operate/move-a-tier.md: a tier's databases move to another server, and its work goes on where it stopped."""

import asyncio

import pytest

from tests.system import invariants
from tests.system.books import SERVICES
from tests.system.operate.documents import agree, lines
from tests.system.operate.load import refused, under_load

pytestmark = [pytest.mark.system, pytest.mark.long]


@pytest.mark.timeout(500)
async def test_a_tier_goes_on_where_it_stopped_with_its_databases_on_another_server(
    world, village, new_server, tmp_path
):
    async with under_load(world) as lives:
        await lives.more(15)
        goal = new_server(tmp_path / "goal")
        await asyncio.to_thread(goal.start)
        await asyncio.to_thread(village.stop_services)
        for service in SERVICES:
            name = f"{service}_village"
            places = {
                "DATABASE": name,
                "FROM": village.postgres(name),
                "TO": goal.dsn(),
                "GOAL": goal.dsn(name),
            }
            await asyncio.to_thread(goal.shell, lines("move-a-tier.md", "move"), **places)
            village.elsewhere[name] = goal.dsn(name)
        await asyncio.to_thread(village.start_services)
        await lives.more(15)

    healed = await invariants.hold(world, world.promised, tiers=("village",))
    assert await refused(world) == {}
    assert await asyncio.to_thread(agree, village, tmp_path) == ""
    print(f"{lives.count} lifecycles; healed {healed:.1f} s after the last client")
