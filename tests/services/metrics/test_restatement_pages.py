"""The log is read in pages, and what counts were at each row is what the events recorded by then add up to."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.metrics import restatement_pages
from services.metrics.facts import increments
from services.metrics.restatement_pages import Key, Wanted
from services.metrics.undoing import Change, steps
from tests.builders import later
from tests.services.metrics.counted import ZONE
from tests.services.metrics.restating import a_september, counting

pytestmark = pytest.mark.system
MEASURES = ("closed", "cohort.closed", "received", "resolved")
COUNTY, LIMIT, FEWEST = "620522", 4, 4
DAYS = Wanted(COUNTY, measures=tuple(f"village|{one}" for one in MEASURES), limit=LIMIT)
OVER = datetime(2026, 9, 30, 16, tzinfo=UTC)
SEPTEMBER = replace(DAYS, first="2026-09-01", last="2026-09-30", over=OVER)
WANTED = {
    "each day": DAYS,
    "September": SEPTEMBER,
    "September in one village": replace(SEPTEMBER, area="620522101202"),
    "what came late": replace(SEPTEMBER, kind="late"),
    "what matured of each day": replace(DAYS, kind="matured"),
    "what was recorded in a week": replace(SEPTEMBER, since=later(days=21), until=later(days=28)),
}


@pytest.fixture
async def september(new_database):
    """A database that counted it, in halves of which the second comes first."""
    database = await new_database("metrics")
    records = [record for _, _, record in a_september()]
    for batch in (records[31:], records, records[:31]):
        await counting(database).apply(batch)
    return database


async def walked(connection, wanted):
    """Every row of all pages, with the counts before and after it."""
    found = []
    while rows := await restatement_pages.page(connection, wanted):
        days = sorted({row.key.day for row in rows}) if wanted.over is None else []
        current = await restatement_pages.current(connection, wanted, days)
        between = await restatement_pages.between(connection, wanted, rows[-1].key, days)
        shown = [Change(row.key.day if days else "", row.tier, row.changes) for row in rows]
        found += zip(rows, steps(current, between, shown), strict=True)
        wanted = replace(wanted, after=rows[-1].key)
    return found


def changes():
    """(key, cell, by) of every increment of all events, by whoever believes no table."""
    for event, at, record in a_september():
        name = f"{record.topic}/{record.key.decode()}/{dict(record.headers)['ce_sequence'].decode()}"
        for cell, by in increments(event, ZONE):
            yield Key(at, name, *cell[1:]), cell, by


def counted(wanted, day, until):
    """What the events recorded up to a row add up to, of its day or of the period asked for."""
    sums = Counter()
    for key, cell, by in changes():
        asked = cell.area.startswith(wanted.area) and cell.measure in MEASURES
        about = cell.day == day if wanted.over is None else wanted.first <= cell.day <= wanted.last
        if asked and about and until(key):
            sums[cell.measure] += by
    return {measure: by for measure, by in sums.items() if by}


def nonzero(counts):
    return {
        measure: value
        for measure, value in counts.get("village", {}).items()
        if measure in MEASURES and value
    }


@pytest.mark.parametrize("which", WANTED)
async def test_counts_around_each_row_are_those_of_what_was_recorded_by_then(september, which):
    wanted = WANTED[which]

    async with september.connection() as connection:
        found = await walked(connection, wanted)

    assert len(found) > FEWEST
    for row, step in found:
        assert nonzero(step.before) == counted(wanted, row.key.day, lambda key, row=row: key < row.key)
        assert nonzero(step.after) == counted(wanted, row.key.day, lambda key, row=row: key <= row.key)


@pytest.mark.parametrize("which", WANTED)
async def test_pages_have_every_row_that_is_wanted_once_and_newest_first(september, which):
    wanted = WANTED[which]
    late = {
        key
        for key, cell, by in changes()
        if by and cell.measure in MEASURES and cell.area.startswith(wanted.area)
        and cell.day < key.recorded_at.astimezone(ZONE).date().isoformat()
        and (wanted.over is None or (cell.day <= wanted.last and key.recorded_at >= wanted.over))
        and (wanted.since is None or wanted.since <= key.recorded_at < wanted.until)
    }  # fmt: skip

    async with september.connection() as connection:
        found = [row for row, _ in await walked(connection, wanted)]

    assert [row.key for row in found] == sorted((row.key for row in found), reverse=True)
    assert len({row.key for row in found}) == len(found)
    assert {row.key for row in found} <= late
    if wanted.kind is None:
        assert {row.key for row in found} == late


async def test_without_measures_every_row_of_the_log_is_there(september):
    async with september.connection() as connection:
        found = await restatement_pages.page(connection, Wanted(COUNTY, limit=500))
        count = await connection.fetchval("select count(*) from restatement")

    assert len(found) == count > 20
    assert any(measure.startswith("time_to_resolve") for row in found for measure in row.changes)
