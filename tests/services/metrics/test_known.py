"""A cell is found by its number once that is known; a number that names something else is not believed."""

import pytest

from messaging.errors import LostRace
from services.metrics import cells, known
from services.metrics.known import MOST, Known, Slot
from tests.builders import VILLAGE
from tests.messaging.tiny import rows

HERE, THERE = (
    Slot(VILLAGE, day, "category/1:land", "channel/1:patrol") for day in ("2026-09-14", "2026-09-15")
)
COUNTED = "select tier, day, counts::text from cell order by tier, day"


async def add(database, numbers, slots, tier="village"):
    async with database.transaction() as tx:
        await cells.add_all(tx, tier, {tuple(one): {"received": 1} for one in slots}, numbers)


def test_of_more_numbers_than_have_room_the_last_are_kept():
    numbers = Known()
    numbers.note("village", {Slot(VILLAGE, str(one), "", ""): one for one in range(MOST)})

    numbers.note("village", {HERE: MOST})

    assert numbers.of("village", [HERE, Slot(VILLAGE, "7", "", "")]) == {MOST: HERE}


def test_a_slot_has_another_number_at_each_tier():
    numbers = Known()

    numbers.note("village", {HERE: 1})
    numbers.note("town", {HERE: 2})

    assert (numbers.of("village", [HERE]), numbers.of("town", [HERE])) == ({1: HERE}, {2: HERE})
    assert numbers.of("county", [HERE]) == {}


@pytest.mark.system
async def test_what_is_known_is_not_looked_up_by_its_names_again(new_database, monkeypatch):
    database, numbers, asked = await new_database("metrics"), Known(), []
    look_up = known._numbers

    async def noted(tx, tier, slots):
        asked.append(list(slots))
        return await look_up(tx, tier, slots)

    monkeypatch.setattr(known, "_numbers", noted)
    for slots in ([HERE], [HERE], [HERE, THERE], [HERE, THERE], [HERE, THERE]):
        await add(database, numbers, slots)

    assert asked == [[HERE], [HERE], [THERE], [THERE]]
    assert await rows(database, COUNTED) == [
        ("village", HERE.day, '{"received":5}'),
        ("village", THERE.day, '{"received":3}'),
    ]


@pytest.mark.system
@pytest.mark.parametrize("other", ["of another cell", "of another tier's", "of none"])
async def test_a_number_that_names_something_else_changes_nothing_and_is_looked_up_again(new_database, other):
    """As after a failover to a server that lacked the last commits, and gave their numbers away again."""
    database, numbers = await new_database("metrics"), Known()
    await add(database, Known(), [HERE, THERE])
    await add(database, Known(), [HERE], "town")
    found = {
        (tier, day): number for tier, day, number in await rows(database, "select tier, day, id from cell")
    }
    wrong = {
        "of another cell": found["village", THERE.day], "of another tier's": found["town", HERE.day], "of none": 999,
    }  # fmt: skip
    numbers.note("village", {HERE: wrong[other]})

    with pytest.raises(LostRace):
        await add(database, numbers, [HERE])
    await add(database, numbers, [HERE])

    assert await rows(database, COUNTED) == [
        ("town", HERE.day, '{"received":1}'),
        ("village", HERE.day, '{"received":2}'),
        ("village", THERE.day, '{"received":1}'),
    ]
    assert numbers.of("village", [HERE]) == {found["village", HERE.day]: HERE}
