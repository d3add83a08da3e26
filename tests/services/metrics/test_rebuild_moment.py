"""A rebuild is as of one moment: what was counted until then it reads, what comes later it leaves to the service."""

import pytest

from services.metrics.rebuild import marks
from services.metrics.rebuild.reading import History
from tests.services.metrics.rebuilding import Village, a_life

pytestmark = pytest.mark.system


@pytest.fixture
async def village(new_dsn, kafka):
    """A tier with one closed matter, counted."""
    place = await Village.at(await new_dsn("metrics"), kafka)
    await place.count(*a_life())
    yield place
    await place.database.close()


async def test_what_is_counted_until_the_moment_is_read_to_its_end(village, monkeypatch):
    last = marks.last

    async def after_another_matter(tx):
        await village.count(*a_life())
        return await last(tx)

    monkeypatch.setattr(marks, "last", after_another_matter)

    found = await village.rebuild()

    assert (found.same, found.events) == (True, 10)


async def test_what_is_counted_after_the_moment_is_left_as_it_is(village, monkeypatch):
    shares = History.shares

    async def after_another_matter(history):
        await village.count(*a_life())
        return await shares(history)

    monkeypatch.setattr(History, "shares", after_another_matter)

    found = await village.rebuild()

    assert (found.same, found.events) == (True, 5)
    assert found.ahead >= 5
