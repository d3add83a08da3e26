"""Who does not ask for traces has none: nobody is called, and nothing that is said is marked as recorded."""

import pytest

from messaging.trace import sampled
from tests.system.collector import Collector

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]

USUAL = 4318
"""Where an exporter looks for a collector when it is told nothing."""


@pytest.fixture(scope="module")
def collector():
    collector = Collector(USUAL)
    yield collector
    collector.stop()


async def test_nothing_is_sent_and_nothing_is_recorded(world, collector):
    await world.settled()

    said = [
        row["traceparent"] for one in ("intake", "routing", "followup") for row in await traces(world, one)
    ]
    assert len(said) > 8
    assert not any(map(sampled, said))
    assert (collector.connections, collector.bodies) == (0, [])


async def traces(world, service):
    return await world.query(f"{service}_village", "select traceparent from outbox")
