"""Durations in the database: whatever the order and the batches, the same bytes; at another tier and in totals too."""

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from services.metrics import cells, store
from services.metrics.counting import Cell
from services.metrics.known import Row, Slot
from services.metrics.sketches import FEW, read, took
from tests.builders import NOW, VILLAGE
from tests.messaging.tiny import rows

pytestmark = pytest.mark.system

KIND = "time_to_resolve"
DAYS = ("2026-09-14", "2026-09-15")
CELLS = "select area, day, counts::text from cell where tier = 'village' order by area, day"
TOTALS = "select area, counts::text from total where tier = 'village' order by area"


def history(chance, number):
    """Durations of two days, two thirds of them on the first; some are taken back."""
    added = [(chance.choice((*DAYS, DAYS[0])), int(10 ** chance.uniform(0, 7))) for _ in range(number)]
    return [(*one, 1) for one in added] + [(*one, -1) for one in chance.sample(added, number // 4)]


def in_batches(chance, changes):
    left = chance.sample(changes, len(changes))
    while left:
        size = chance.randint(1, 9)
        yield left[:size]
        del left[:size]


def summed(batch):
    found = Counter()
    for day, seconds, by in batch:
        for measure in took(KIND, NOW, NOW + timedelta(seconds=seconds), by):
            found[Cell(measure, VILLAGE, day, "", "")] += by
    return found


async def add(database, batch):
    async with database.transaction() as tx:
        await cells.add(tx, "village", summed(batch))


async def take_over(source, target):
    """As the topic carries them: each cell whole, with its version."""
    async with source.connection() as connection:
        found = await connection.fetch("select * from cell where tier = 'village'")
    given = {cells.slot_of(one): Row(cells.row_of(one).counts, one["version"]) for one in found}
    async with target.transaction() as tx:
        await cells.receive(tx, "village", given)


async def totals(database):
    """By area; a total keeps what became zero, and no order."""
    found = await rows(database, TOTALS)
    return {area: {one: by for one, by in json.loads(counts).items() if by} for area, counts in found}


async def counts_of(database, day):
    async with database.connection() as connection:
        slot = Slot(VILLAGE, day, "", "")
        found = await connection.fetchrow(
            "select * from cell where area = $1 and day = $2", slot.area, slot.day
        )
    return cells.row_of(found).counts


@pytest.mark.parametrize("number", [FEW // 2, FEW, 2 * FEW, 5 * FEW])
async def test_what_is_stored_depends_on_the_durations_and_not_on_order_or_batches(new_database, number):
    chance = random.Random(number)
    changes = history(chance, number)
    one, other, county = [await new_database("metrics") for _ in range(3)]

    await add(one, changes)
    for batch in in_batches(chance, changes):
        await add(other, batch)
        if chance.random() < 0.3:
            await take_over(other, county)
    await take_over(other, county)

    assert await rows(one, CELLS) == await rows(other, CELLS) == await rows(county, CELLS)
    assert await totals(one) == await totals(other) == await totals(county)


async def test_a_day_with_few_is_exact_beside_one_with_many_and_together_they_say_so(new_database):
    database = await new_database("metrics")
    few = [(DAYS[0], seconds, 1) for seconds in range(60, 60 + FEW)]
    many = [(DAYS[1], seconds, 1) for seconds in range(600, 601 + FEW)]

    await add(database, few[:5])
    await add(database, few[5:] + many)
    first, second = [await counts_of(database, day) for day in DAYS]

    assert (read(KIND, [first]).exact, read(KIND, [first]).relative_error) == (FEW, 0)
    assert (read(KIND, [second]).exact, read(KIND, [second]).relative_error) == (0, 0.05)
    both = read(KIND, [first, second])
    assert (both.count, both.exact, both.relative_error) == (2 * FEW + 1, FEW, 0.05)


async def test_an_answer_of_more_durations_than_are_read_one_by_one_comes_from_their_buckets(new_database):
    database, wanted = await new_database("metrics"), store.Wanted("620522", first="2026-01-01")
    within = range(store.MOST_EXACT - 1)
    changes = Counter()
    for seconds in within:
        for measure in took(KIND, NOW, NOW + timedelta(seconds=seconds), 1):
            changes[Cell(measure, f"620522101{seconds // FEW:03}", DAYS[0], "", "")] += 1

    async with database.transaction() as tx:
        await cells.add(tx, "village", changes)
        exact = await store.sums(tx, wanted)
        await cells.add(tx, "village", summed([(DAYS[1], 10**6 + one, 1) for one in range(2)]))
        many = await store.sums(tx, wanted)
        plain = await store.sums(tx, replace(wanted, durations=False))

    assert read(KIND, exact[""].values()).relative_error == 0
    assert read(KIND, exact[""].values()).max_seconds == within[-1]
    assert (read(KIND, many[""].values()).count, read(KIND, many[""].values()).exact) == (len(within) + 2, 0)
    assert plain == {}
