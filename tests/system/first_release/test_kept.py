"""An installation of the first release is brought up to date and loses nothing of what it held."""

import asyncpg
import pytest

from messaging import migrate
from messaging.database import Database
from messaging.errors import Unavailable
from services.routing import store as incidents
from tests.messaging.test_migrations import SERVICES
from tests.system.first_release.then import contents, only, without_history

pytestmark = pytest.mark.system


@pytest.mark.parametrize("service", SERVICES)
async def test_every_row_is_there_afterwards_with_all_that_it_said(installed, service):
    dsn, before = await installed(service)

    await migrate.apply(dsn, service)

    connection = await asyncpg.connect(dsn)
    after = await contents(connection)
    await connection.close()
    assert all(before.values())
    for name, table in before.items():
        kept = table[0].keys() - {"sent_at", "unpublished"}
        assert only(kept, without_history(after[name])) == only(kept, without_history(table)), name
    assert sorted(row["id"] for row in after["unsent"]) == sorted(
        row["id"] for row in before["outbox"] if row["sent_at"] is None
    )


async def test_each_line_of_a_history_has_become_a_row(installed):
    dsn, before = await installed("routing")

    await migrate.apply(dsn, "routing")

    connection = await asyncpg.connect(dsn)
    whole = [await incidents.whole(connection, row["incident_id"]) for row in before["incident"]]
    await connection.close()
    told = [[line.model_dump(mode="json", exclude={"rule"}) for line in one.history] for one in whole]
    assert told == [row["state"]["history"] for row in before["incident"]]
    assert sorted(map(len, told)) == [1, 2, 2, 2, 3, 4]


async def test_flags_of_cells_have_become_notes(installed):
    dsn, before = await installed("metrics")
    five = ("tier", "area", "day", "category", "channel", "version")

    await migrate.apply(dsn, "metrics")

    connection = await asyncpg.connect(dsn)
    noted = await connection.fetch(
        "select c.* from cell c join unpublished u on (u.cell, u.version) = (c.id, c.version)"
    )
    await connection.close()
    assert only(five, noted) == only(five, [row for row in before["cell"] if row["unpublished"]])
    assert len(noted) == 3


async def test_as_long_as_a_program_is_connected_nothing_is_changed(installed):
    dsn, before = await installed("routing")
    program = Database(dsn, name="village-routing")
    await program.connect()

    with pytest.raises(Unavailable, match="stop village-routing"):
        await migrate.apply(dsn, "routing")

    await program.close()
    connection = await asyncpg.connect(dsn)
    assert await contents(connection) == before
    await connection.close()
    assert await migrate.apply(dsn, "routing")
