"""Figures counted again from the first event are the same, byte for byte, beside the running service."""

import asyncio
from dataclasses import replace

import pytest

from messaging.dead_letters import Request, ask
from messaging.gravedigger import Gravedigger
from messaging.inbox import Reading
from services.metrics.facts import LISTENS_TO
from services.metrics.rebuild import marks, reading, recount, rowsets, shadow
from services.metrics.rebuild.compared import canonical
from services.metrics.rebuild.reading import Incomplete
from services.metrics.rebuild.recount import topics_of
from tests.messaging.tiny import rows
from tests.messaging.wire import running
from tests.services.metrics.rebuilding import ROUTING, TIER, Village, a_life

pytestmark = pytest.mark.system


@pytest.fixture
async def village(new_dsn, kafka):
    """A tier with four closed matters, two of them late, and two relapses, counted."""
    place = await Village.at(await new_dsn("metrics"), kafka)
    for day in (1, 2):
        await place.count(*a_life(day=-day), *a_life(), *a_life(relapses=True))
    yield place
    await place.database.close()


async def test_an_untouched_house_is_found_as_it_stands_and_nothing_is_written(village):
    before = await village.export()
    written = await rows(village.database, "select id, version from cell order by id")

    found = await village.rebuild()

    assert found.same
    assert (found.events, found.incidents) == (30, 6)
    assert [one.stood_digest == one.counted_digest for one in found.tables] == [True] * len(found.tables)
    assert await village.export() == before
    assert await rows(village.database, "select id, version from cell order by id") == written
    assert await rows(village.database, "select * from rebuild") == []


DAMAGE = {
    "counts": """update cell set counts = '{"received": 99, "invented": 7}' where day = (select max(day) from cell)""",
    "all gone": "truncate cell, total, unpublished",
    "a row gone": "delete from cell where id = (select max(id) from cell)",
    "a row too many": """insert into cell (tier, area, day, category, channel, counts, version)
        values ('village', '620522999', '2020-02-02', 'x', 'y', '{"received": 1}', 1)""",
    "totals": """update total set counts = '{"received": 1}'""",
    "totals gone": "truncate total",
    "log": """update restatement set changes = '{"received": 3}'""",
    "log gone": "truncate restatement, unpublished_restatement",
    "evidence": "truncate evidence",
    "evidence too many": """insert into evidence values
        ('closed', '2020-02-02', '620522999', gen_random_uuid(), now(), now())""",
    "many durations": """update cell set counts = (counts::jsonb || '{"added:time_to_accept": 90}')::json
        where category = ''""",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
async def test_what_was_damaged_is_as_before(village, damage):
    before = await village.export()
    await village.execute(damage)
    spoilt = await village.export()

    checked = await village.rebuild(check=True)
    unchanged = await village.export()
    found = await village.rebuild()
    again = await village.rebuild()

    assert not checked.same
    assert unchanged == spoilt != before
    assert (found.same, found.corrected, again.same) == (False, True, True)
    assert [one.differing for one in found.tables] == [one.differing for one in checked.tables]
    assert await village.export() == before


async def test_what_does_not_fit_into_memory_is_laid_aside_and_counts_the_same(village, monkeypatch):
    before = await village.export()
    for place, name, few in (
        (shadow, "MOST", 3),
        (rowsets, "MOST", 1),
        (shadow, "AT_ONCE", 2),
        (reading, "AT_ONCE", 4),
        (recount, "TOGETHER", 2),
    ):
        monkeypatch.setattr(place, name, few)
    await village.execute("truncate cell, total, unpublished, restatement, evidence")

    found = await village.rebuild()
    again = await village.rebuild()

    assert (found.same, again.same) == (False, True)
    assert await village.export() == before


async def test_what_was_corrected_is_published_under_a_higher_version_than_any_before(village):
    await village.execute("update cell set version = version + 3")
    highest = (await rows(village.database, "select max(version) from cell"))[0][0]
    await village.execute("truncate unpublished")
    await village.execute("delete from cell where id = (select min(id) from cell)")
    await village.execute(
        """update cell set counts = '{"closed": 4}' where id = (select max(id) from cell)"""
    )

    await village.rebuild()

    changed = await rows(
        village.database,
        "select c.version, c.version = u.version from unpublished u join cell c on c.id = u.cell order by c.id",
    )
    assert len(changed) == 2
    assert all(same for _, same in changed)
    assert min(version for version, _ in changed) > highest


async def test_what_a_rebuild_changed_is_on_record_cell_by_cell(village):
    await village.execute(
        """update cell set counts = (counts::jsonb || '{"closed": 40}')::json
            where day = '2026-09-13' and counts::text ~ '"closed":1'"""
    )

    found = await village.rebuild()

    [changed] = await rows(village.database, "select rebuild, changes::text from rebuilt_cell")
    [mark] = await rows(village.database, "select number, events, differing from rebuild")
    assert tuple(mark) == (1, 30, 1)
    assert (changed[0], changed[1]) == (1, '{"closed":-39}')
    assert [one[1:] for one in found.tables[0].first] == [("40", "1")]


async def test_reports_go_on_coming_in_and_are_neither_lost_nor_counted_twice(village):
    await village.execute("""update cell set counts = '{"received": 99}'""")
    async with running(village.reporting):
        await asyncio.sleep(0.3)
        await village.rebuild()
        await asyncio.sleep(0.2)

    found = await village.rebuild()

    assert found.same
    assert found.incidents > 6


async def test_what_the_service_has_not_counted_yet_is_left_to_it(village):
    late = a_life()
    await village.say(*late)
    await village.execute("truncate cell, total, unpublished")

    await village.rebuild()
    await village.inbox.apply(late)
    found = await village.rebuild()

    assert (found.same, found.incidents, found.events) == (True, 7, 35)


async def test_what_comes_twice_or_in_disorder_on_the_topic_is_counted_once(village):
    before, life = await village.export(), a_life()
    await village.count(life[0], life[2], life[1], life[4], life[3])
    after = await village.export()
    await village.say(*reversed(life), *life)
    await village.execute("truncate cell, total, unpublished")

    found = await village.rebuild()

    assert before != after == await village.export()
    assert found.repeated >= 10


async def test_a_dead_letter_and_what_waits_behind_it_are_not_counted_and_a_discarded_one_is_passed(village):
    life = a_life()
    poison = replace(life[2], value=b"{}")
    await village.count(*life[:2], poison, *life[3:])
    open_letter = await village.rebuild()
    await discard(village)
    discarded = await village.rebuild()
    after = await village.export()
    await village.execute("truncate cell, total, unpublished")

    again = await village.rebuild()

    assert (open_letter.same, open_letter.events) == (True, 32)
    assert (discarded.same, discarded.events) == (True, 34)
    assert (again.same, await village.export()) == (False, after)


async def discard(village):
    """An operator gives the dead letter up, and the service carries it out."""
    [(letter,)] = await rows(village.database, "select id from dead_letter where status = 'open'")
    async with village.database.transaction() as tx:
        await ask(tx, [letter], Request("discard", 1, "broken", "o-1"))
    reading = Reading(topics_of(TIER), LISTENS_TO, village.inbox._reading.handler)
    await Gravedigger(village.database, village.inbox, reading).once()


async def test_a_history_without_its_beginning_is_refused_and_nothing_is_changed(village):
    life = a_life()
    await village.say(*life[2:])
    await village.inbox.apply(life)
    await village.execute("""update cell set counts = '{"received": 99}'""")
    before = await village.export()

    with pytest.raises(Incomplete) as refused:
        await village.rebuild()

    assert ROUTING in str(refused.value) or "village.intake" in str(refused.value)
    assert "partition" in str(refused.value)
    assert await village.export() == before


async def test_of_two_rebuilds_at_once_one_changes_nothing(village):
    before = await village.export()
    await village.execute("""update cell set counts = '{"received": 99}'""")

    both = await asyncio.gather(village.rebuild(), village.rebuild(), return_exceptions=True)

    assert {type(one) for one in both} <= {marks.OtherFaster, type(await village.rebuild())}
    assert await village.export() == before


async def test_what_is_stored_is_in_order_and_without_zeros_whatever_was_taken_back(village):
    stored = [canonical(counts) == counts for counts in await village.counts()]

    assert len(stored) > 3
    assert all(stored)


async def test_in_whatever_order_events_are_counted_the_same_bytes_are_stored(village, new_dsn):
    lives = [*a_life(day=1), *a_life(relapses=True), *a_life()]
    exports = []
    for order in (lives, [*lives[5:], *lives[:5]]):
        place = await village.beside(await new_dsn("metrics"))
        for one in order:
            await place.inbox.apply([one])
        exports.append(
            await rows(place.database, "select counts::text from cell order by area, day, category")
        )
        await place.database.close()

    assert exports[0] == exports[1]
