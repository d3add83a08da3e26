"""Who asks a service's database: its owner, or the role of its door."""

import asyncpg
import pytest

from tests.conftest import at_the_door


@pytest.fixture
async def asked(new_dsn):
    """Asks a service's database, as its owner or as the role of its door."""
    opened = []

    async def ask(service, *, at_door=False, dsn=None):
        dsn = dsn or await new_dsn(service)
        opened.append(await asyncpg.connect(at_the_door(dsn) if at_door else dsn))
        return opened[-1]

    yield ask
    for one in opened:
        await one.close()
