"""A process opens its databases again and again until both are there: what is open already is not opened anew."""

import asyncpg
import pytest

from messaging import migrate
from messaging.database import Database
from messaging.process import Process
from messaging.settings import ServiceSettings

AT = "postgresql://u:p@127.0.0.1:1/"


@pytest.fixture
def opened(monkeypatch):
    """The addresses at which a pool was opened; that of the door is not reached for the first three times."""
    pools, refused = [], [OSError("no such host")] * 3

    async def create_pool(dsn, **_):
        if dsn == AT + "door" and refused:
            raise refused.pop()
        pools.append(dsn)

        class Pool:
            async def close(self):
                pools.remove(dsn)

        return Pool()

    async def verify(*_):
        pass

    monkeypatch.setattr(asyncpg, "create_pool", create_pool)
    monkeypatch.setattr(migrate, "verify", verify)
    return pools


@pytest.mark.wide
async def test_a_door_s_database_that_cannot_be_reached_leaves_no_connections_of_the_owner_s_behind(opened):
    """Each try would leave one open, until the server had none for those who work."""
    process = Process("routing", ServiceSettings(TIER="village", postgres=AT + "owner"))
    process.opens(Database(AT + "door", name="door"))

    assert await process._until_available("database", process._open_database)

    assert opened == [AT + "owner", AT + "door"]


async def test_a_database_that_was_closed_is_opened_again(opened):
    database = Database(AT + "owner", name="owner")

    await database.connect()
    await database.close()
    await database.connect()

    assert opened == [AT + "owner"]
