"""docs/operate/lost-broker.md: the broker loses everything under load; what the outboxes have fills a new one."""

import asyncio

import pytest

from tests.system import invariants
from tests.system.operate.broker import lost, replaced
from tests.system.operate.documents import agree, commands, lines, told_of
from tests.system.operate.load import refused, under_load

pytestmark = [pytest.mark.system, pytest.mark.long]
BY_DOOR = ("settled", "relapsed", "unheard")
"""What partners sent and nobody had read is gone with the broker, as the document says: they send it again."""


@pytest.mark.timeout(500)
async def test_an_empty_broker_is_filled_from_the_outboxes_and_work_goes_on(world, village, tmp_path):
    told = told_of(village)
    async with under_load(world, ways=BY_DOOR) as lives:
        await lives.more(15)
        await asyncio.to_thread(lost, village)
        await asyncio.sleep(5)
        replaced(village)
        await asyncio.to_thread(commands, tmp_path, lines("lost-broker.md", "topics"), **told)
        await asyncio.to_thread(commands, tmp_path, lines("lost-broker.md", "replay"), **told)
        await lives.more(15)

    healed = await invariants.hold(world, world.promised, tiers=("village",))
    letters = {what for database in (await refused(world)).values() for what in database}
    assert await asyncio.to_thread(agree, village, tmp_path) == ""
    assert letters <= {
        "sequence-gap"
    }  # for a moment, until what was missing came again; none is open any more
    print(f"{lives.count} lifecycles; healed {healed:.1f} s after the last client")
