"""The log is written with the cells, once however often an event comes, and other tiers take it over."""

import json
from dataclasses import replace

import pytest

from messaging.envelope import Record
from services.metrics.desk import Desk
from services.metrics.hearing import Hearing
from services.metrics.publisher import Publisher
from tests.builders import NOW, a_message, later, resolved
from tests.messaging.tiny import rows
from tests.messaging.wire import read, running, until
from tests.services.metrics.counted import DAY, ZONE, reopened
from tests.services.metrics.restating import CELLS, ROUTING, accepted, counting, receiving, recorded

pytestmark = pytest.mark.system
LOG = "select event, kind, day, category, changes from restatement order by recorded_at, event, area, day, category"

EVERY = """
    select recorded_at, event, area, day, category, channel, tier, source, type, kind, occurred_at, changes::text
    from restatement order by 1, 2, 3, 4, 5, 6
"""


def a_history():
    """An incident that was accepted on its day, and resolved on it but recorded two days late; then it relapsed."""
    return [
        recorded(accepted(), 1, NOW),
        recorded(resolved(), 2, later(days=2)),
        recorded(reopened(occurred_at=later(days=3)), 3, later(days=3)),
    ]


async def test_what_is_late_is_logged_with_its_cells_once_however_often_it_comes(new_database):
    database = await new_database("metrics")
    inbox, history = counting(database), a_history()

    for batch in (history, history, history[1:]):
        await inbox.apply(batch)

    found = [
        (event[-2:], kind, day, json.loads(changes))
        for event, kind, day, _, changes in await rows(database, LOG)
    ]
    assert [one[:3] for one in found] == [("/2", "late", DAY)] * 2 + [("/3", "matured", DAY)] * 2
    assert {"on_time": 1, "open": -1, "resolutions": 1, "resolved": 1}.items() <= found[1][3].items()
    assert {"on_time": -1, "resolved": -1, "with_target": -1}.items() <= found[3][3].items()
    assert await rows(database, "select count(*) from unpublished_restatement") == [(4,)]


async def test_the_order_in_which_events_come_makes_no_difference_to_the_log(new_database):
    one, other = await new_database("metrics"), await new_database("metrics")
    await counting(one).apply(a_history())

    late = counting(other)
    for record in reversed(a_history()):
        await late.apply([record])

    assert len(found := await rows(one, EVERY)) == 4
    assert await rows(other, EVERY) == found


async def test_where_nothing_is_late_nothing_is_asked_of_the_database(new_database):
    database = await new_database("metrics")
    desk, said = Desk("village", ZONE, Hearing(database)), []
    on_its_day = replace(a_message(event=accepted(), topic=ROUTING.name), recorded_at=NOW)
    late = replace(on_its_day, recorded_at=later(days=2))

    for message in (on_its_day, late):
        async with database.transaction() as tx:
            heard = []
            tx.add_query_logger(lambda one, heard=heard: heard.append(one.query))
            await desk.count(tx, [message], NOW)
        said.append(sum("restatement" in query for query in heard))

    assert said == [0, 1]


async def test_every_change_of_an_imported_history_is_in_the_log(new_database):
    """Imported today, all of it belongs to days that are over: the log adds up to the cells."""
    database = await new_database("metrics")
    long_after = later(days=900)
    incidents = [f"0199f2c4-7a31-7c58-9d0e-{at:012d}" for at in range(40)]
    batch = [
        recorded(event.model_copy(update={"incident_id": one, "backfill": True}), seq, long_after, one)
        for one in incidents
        for seq, event in enumerate(
            (accepted(), resolved(), reopened(), resolved(occurred_at=later(days=5))), 1
        )
    ]

    for again in (batch[:70], batch, batch):
        await counting(database).apply(again)

    summed = """
        select area, day, category, channel, m.key, sum(m.value::int)
        from {} as r, json_each_text(r.{}) as m
        where m.key !~ '^((exact|added):|cohort.open$)' group by 1, 2, 3, 4, 5 having sum(m.value::int) <> 0
        order by 1, 2, 3, 4, 5
    """
    counted = await rows(database, summed.format("cell", "counts"))
    assert len(counted) > len(incidents) / 4
    assert await rows(database, summed.format("restatement", "changes")) == counted


async def test_the_log_is_published_and_another_tier_takes_it_over_once(new_database, kafka):
    source, target = await new_database("metrics"), await new_database("metrics")
    key = str(source).encode().hex()[:8].rjust(36, "0")
    moved = [
        recorded(event, seq, at, key)
        for seq, (event, at) in enumerate(((accepted(), NOW), (resolved(), later(days=2))), 1)
    ]
    await counting(source).apply(moved)
    async with running(Publisher(source, kafka, "village", lambda: NOW).run):
        await until(lambda: all_said(source))
        names = await rows(
            source, "select event || '|' || concat_ws('|', area, day, category, channel) from restatement"
        )
        records = await read(kafka, CELLS.name, [f"restated|{one}" for (one,) in names], 2)
    batch = [
        Record(one.topic, one.partition, one.offset, one.key, tuple(one.headers), one.value)
        for one in records
    ]

    for again in (batch, batch, list(reversed(batch))):
        await receiving(target).apply(again)

    assert len(names) == 2
    assert await rows(target, EVERY) == await rows(source, EVERY)
    assert await rows(target, "select count(*) from unpublished_restatement") == [(0,)]


async def all_said(database):
    return await rows(database, "select from unpublished_restatement") == []
