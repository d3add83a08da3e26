"""Changed cells travel with their value and version; another tier that hears them adds up to the same."""

import uuid
from zoneinfo import ZoneInfo

import pytest

from messaging.envelope import Record
from messaging.inbox import Inbox, Reading
from schemas.metrics import MetricCell, MetricHeartbeat
from schemas.topics import TOPICS
from services.metrics import cells, publisher, unpublished_store
from services.metrics.counting import Cell
from services.metrics.desk import Desk
from services.metrics.hearing import Hearing
from services.metrics.publisher import Publisher
from tests.builders import NOW, later
from tests.messaging.tiny import rows
from tests.messaging.wire import kill_holder, read, running, until

pytestmark = pytest.mark.system


def a_cell(**changes):
    fields = {
        "measure": "received",
        "area": "620522101203",
        "day": "2026-09-14",
        "category": f"c-{uuid.uuid4()}",
    }
    return Cell(**(fields | {"channel": "channel/1:patrol"} | changes))


def a_publisher(database, kafka, counted=lambda: NOW):
    return Publisher(database, kafka, "village", counted)


def key_of(cell):
    return "|".join(cell[1:])


async def add(database, **changes):
    async with database.transaction() as tx:
        await cells.add(tx, "village", changes.get("cells"))


async def waiting(database):
    async with database.connection() as connection:
        return await unpublished_store.waiting(connection)


async def none_left(database):
    return await waiting(database) == 0


async def test_changed_cells_wait_each_once_and_ready_tells_so(new_database):
    database, again = await new_database("metrics"), a_cell()

    await add(database, cells={again: 1, a_cell(): 1})
    await add(database, cells={again: 1})

    assert await waiting(database) == 2


async def test_a_change_is_published_with_value_and_version(new_database, kafka):
    database, cell = await new_database("metrics"), a_cell()
    async with running(a_publisher(database, kafka).run):
        await add(database, cells={cell: 2})
        await until(lambda: none_left(database))
        await add(database, cells={cell: 5})
        await until(lambda: none_left(database))
        records = await read(kafka, "village.metrics", [key_of(cell)], 2)

    said = [MetricCell.model_validate_json(one.value) for one in records]
    assert [(one.counts, one.version) for one in said] == [((("received", 2),), 1), ((("received", 7),), 2)]


async def test_what_a_publisher_was_sending_when_it_was_cut_off_is_published_again(new_database, kafka):
    database, cell = await new_database("metrics"), a_cell()
    cut_off = a_publisher(database, kafka)
    async with running(a_publisher(database, kafka).run):
        await add(database, cells={cell: 2})
        await until(lambda: none_left(database))
    [(cut_off._doubtful,)] = await rows(database, "select array_agg(id) from cell")

    async with running(cut_off.run):
        await until(lambda: _sure(cut_off))
        await until(lambda: none_left(database))
        await add(database, cells={cell: 1})
        records = await read(kafka, "village.metrics", [key_of(cell)], 2)

    assert [MetricCell.model_validate_json(one.value).version for one in records] == [1, 1, 2]


async def _sure(publisher):
    return not publisher._doubtful


async def test_nothing_changed_says_only_that_it_is_alive(new_database, kafka):
    database = await new_database("metrics")

    async with running(a_publisher(database, kafka).run):
        await until(lambda: rows(database, "select as_of from tier_state where tier = 'village'"))
        records = await read(kafka, "village.metrics", ["heartbeat"], 1)

    assert MetricHeartbeat.model_validate_json(records[-1].value).tier == "village"


async def test_while_nobody_knows_how_far_counting_is_the_figures_are_not_called_current(new_database, kafka):
    database, cell, known = await new_database("metrics"), a_cell(), []

    async with running(a_publisher(database, kafka, lambda: known[-1] if known else None).run):
        await add(database, cells={cell: 1})
        await until(lambda: none_left(database))
        silent = await rows(database, "select as_of from tier_state")
        known.append(NOW)
        await until(lambda: rows(database, "select as_of from tier_state"))

    assert silent == []
    assert await rows(database, "select tier, as_of from tier_state") == [("village", NOW)]


async def test_another_tier_is_believed_once_everything_it_had_sent_has_arrived(new_database):
    database = await new_database("metrics")
    hearing = Hearing(database)
    hearing.note("village", NOW, later(seconds=10))
    hearing.note("village", later(seconds=2), later(seconds=12))

    await hearing.reached(later(seconds=9))
    early = await rows(database, "select as_of from tier_state")
    await hearing.reached(later(seconds=11))
    first = await rows(database, "select as_of from tier_state")
    await hearing.reached(later(seconds=12))
    await hearing.reached(later(seconds=13))

    assert (early, first) == ([], [(NOW,)])
    assert await rows(database, "select tier, as_of from tier_state") == [("village", later(seconds=2))]


async def test_after_the_leader_s_death_everything_is_published(new_database, kafka):
    database, slots = await new_database("metrics"), [a_cell() for _ in range(50)]
    async with running(*(a_publisher(database, kafka).run for _ in range(2))):
        for at, cell in enumerate(slots):
            await add(database, cells={cell: 1})
            if at == 25:
                await kill_holder(database, publisher.LOCK)
        await until(lambda: none_left(database))
        records = await read(kafka, "village.metrics", [key_of(one) for one in slots], 50)

    assert len({one.key for one in records}) == 50


async def test_another_tier_takes_cells_over_once_and_the_newest_wins(new_database, kafka):
    source, target, slots = (
        await new_database("metrics"),
        await new_database("metrics"),
        [a_cell() for _ in range(3)],
    )
    async with running(a_publisher(source, kafka).run):
        for by in (1, 4):
            await add(source, cells=dict.fromkeys(slots, by))
            await until(lambda: none_left(source))
        records = await read(kafka, "village.metrics", [key_of(one) for one in slots], 6)
    desk = Desk("town", ZoneInfo("Asia/Shanghai"), Hearing(target))
    reading = Reading((TOPICS["village.metrics"],), (MetricCell, MetricHeartbeat), desk.receive)
    inbox = Inbox(target, reading, lambda: None)
    batch = [
        Record(one.topic, one.partition, one.offset, one.key, tuple(one.headers), one.value)
        for one in records
    ]

    for again in (batch, batch[:3], list(reversed(batch))):
        await inbox.apply(again)

    assert await rows(target, "select counts, version from cell") == [('{"received":5}', 2)] * 3
    assert await none_left(target)
    assert await rows(target, "select tier, counts from total") == [("village", '{"received":15}')]


async def test_what_was_taken_back_is_said_with_no_counts_and_stays_away_when_older_records_come_late(
    new_database, kafka
):
    source, target, cell = await new_database("metrics"), await new_database("metrics"), a_cell()
    async with running(a_publisher(source, kafka).run):
        for by in (1, -1):
            await add(source, cells={cell: by})
            await until(lambda: none_left(source))
        records = await read(kafka, "village.metrics", [key_of(cell)], 2)
    desk = Desk("town", ZoneInfo("Asia/Shanghai"), Hearing(target))
    inbox = Inbox(target, Reading((TOPICS["village.metrics"],), (MetricCell,), desk.receive), lambda: None)
    first, empty = [
        Record(one.topic, one.partition, one.offset, one.key, tuple(one.headers), one.value)
        for one in records
    ]

    for batch in ([empty], [first], [empty, first], [first, empty]):
        await inbox.apply(batch)

    assert MetricCell.model_validate_json(empty.value).counts == ()
    assert await rows(target, "select counts, version from cell") == [("{}", 2)]
