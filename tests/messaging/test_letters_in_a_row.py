"""Letters of one incident, one behind the other: each is decided once, and none that is not decided is forgotten."""

import dataclasses

import pytest

from tests.messaging.office import Office, a_request
from tests.messaging.tiny import a_reader, effects, letters, records, rows

pytestmark = pytest.mark.system
STANDS = "select last_seq, waiting from guard"


@pytest.fixture
async def office(new_database):
    database = await new_database()
    return Office(database, *await a_reader(database))


async def mended(office, seq):
    """What nobody could read can be read now."""
    async with office.database.transaction() as tx:
        [good] = records("a", seq)
        await tx.execute("update dead_letter set value = $1 where seq = $2", good.value, seq)


async def test_behind_one_that_was_mended_and_sent_back_the_stream_waits_for_the_next(office):
    await office.deliver([dataclasses.replace(one, value=b"{") for one in records("a", 1, 2)])
    await mended(office, 1)

    await office.asked([1], a_request())
    between = await rows(office.database, STANDS)
    await office.deliver(records("a", 3))
    open_then = [(row.kind, row.seq) for row in await office.open()]
    await mended(office, 2)
    await office.asked([2], a_request())

    assert between == [(1, True)]
    assert open_then == [("rejected", 2)]
    assert await effects(office.database) == {"a": [1, 2, 3]}
    assert await rows(office.database, STANDS) == [(3, False)]
    assert await office.open() == []


async def behind_a_discarded_one(office):
    """Number 3 waited behind 2, and is refused as soon as 2 is given up."""
    office.tiny.refused = {("a", 2), ("a", 3)}
    await office.deliver(records("a", 1, 2, 3))
    await office.asked([1], a_request("discard"))


async def test_what_waited_and_is_refused_when_its_turn_comes_is_not_tried_with_every_later_event(office):
    await behind_a_discarded_one(office)

    for seq in range(4, 20):
        await office.deliver(records("a", seq))

    [letter] = await office.open()
    assert (letter.seq, letter.seen) == (3, 1)
    assert not office.inbox.budget.spent


async def test_what_waited_and_was_refused_takes_effect_once_it_is_mended_and_what_waits_follows(office):
    await behind_a_discarded_one(office)
    await office.deliver(records("a", 4))
    [letter] = await office.open()

    await office.asked([letter.id], a_request())
    in_vain = [(row.id, row.status) for row in await office.open()]
    office.tiny.refused = set()
    await office.asked([letter.id], a_request())

    assert in_vain == [(letter.id, "open")]
    assert await effects(office.database) == {"a": [1, 3, 4]}
    assert await letters(office.database, "applied") == [("a", 3, "rejected", "forbidden-transition")]
    assert await rows(office.database, "select * from held") == []


async def test_asking_again_for_many_lost_events_does_not_stop_the_reader(office):
    for at in range(12):
        await office.deliver(records(f"lost-{at}", 1, 3) + records(f"good-{at}", 1))

    await office.asked([row.id for row in await office.open()], a_request(count=12))

    assert len(await office.open()) == 12
    assert not office.inbox.budget.spent
