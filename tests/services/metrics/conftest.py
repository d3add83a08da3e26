"""An empty database of metrics, and the hub that looks at it."""

import pytest

from services.metrics.stream import Hub
from tests.messaging.wire import running


@pytest.fixture
async def database(new_database):
    return await new_database("metrics")


@pytest.fixture
async def live(database):
    """A database, and a hub that looks at it."""
    hub = Hub(database)
    async with running(hub.run):
        yield database, hub
        hub.pulse.beat()
