"""Whatever statement a crash comes at, redelivery leaves exactly what an undisturbed run leaves."""

import dataclasses

import pytest

from tests.messaging.mortal import Mortal
from tests.messaging.tiny import a_reader, effects, emptied, everything, records, until_applied

pytestmark = pytest.mark.system

BROKEN = [dataclasses.replace(one, value=b"{") for one in records("c", 1)]
BATCHES = [
    records("a", 1, 2) + BROKEN + records("b", 1),
    records("a", 4) + records("b", 2, 3) + records("d", 1, 1),
    records("a", 3) + records("c", 2) + records("b", 1),
    records("e", 1, 2),
    records("e", 3) + records("f", 1),
]
"""Everything a batch can meet: order, a gap and its filling, a rejected one and one behind it, what cannot be read; and
nothing of the kind, as nearly always."""


@pytest.fixture
async def mortal(new_dsn):
    database = Mortal(await new_dsn("routing"))
    await database.connect()
    yield database
    await database.close()


async def run(database, fatal=None):
    """All batches, each delivered twice, on an empty database; returns what is left."""
    inbox, tiny, _ = await a_reader(database)
    await emptied(database)
    tiny.refused = {("b", 2)}
    database.steps, database.fatal = 0, fatal
    for batch in BATCHES:
        for _ in range(2):
            await until_applied(inbox, batch)
    return await everything(database)


async def test_a_crash_at_any_step_changes_nothing_in_the_end(mortal):
    undisturbed = await run(mortal)
    steps = mortal.steps

    differing = [fatal for fatal in range(1, steps + 1) if await run(mortal, fatal) != undisturbed]

    assert steps > 25
    assert differing == []
    assert await effects(mortal) == {"a": [1, 2, 3, 4], "b": [1], "d": [1], "e": [1, 2, 3], "f": [1]}
