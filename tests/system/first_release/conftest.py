"""An installation of the first release, with something in every table, as its programs left it."""

from pathlib import Path

import asyncpg
import pytest

from messaging import migrate
from messaging.database import Database
from tests.messaging.test_migrations import FIRST_RELEASE
from tests.system.first_release.then import contents

HELD = Path(__file__).parent
"""One file for each service, written by its programs of then."""


@pytest.fixture
async def installed(new_dsn):
    """Makes an installation of the first release: its dsn, and all that it holds."""

    async def make(service):
        dsn = await new_dsn(service, empty=True)
        connection = await asyncpg.connect(dsn)
        wanted = [one for one in migrate.of(service) if f"{one.scope}/{one.name}" in FIRST_RELEASE]
        await migrate._apply_missing(connection, tuple(wanted), await migrate._begun(connection))
        await connection.execute((HELD / f"{service}.sql").read_text(encoding="utf-8"))
        held = await contents(connection)
        await connection.close()
        return dsn, held

    return make


@pytest.fixture
async def upgraded(installed):
    """Makes an installation of the first release brought up to date, open."""
    opened = []

    async def make(service):
        dsn, _ = await installed(service)
        await migrate.apply(dsn, service)
        database = Database(dsn, name="test")
        await database.connect()
        opened.append(database)
        return database

    yield make
    for one in opened:
        await one.close()
