"""How old what is open is, exactly in days, at every tier and over all of them, and after handovers and relapses."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.routing import IncidentEscalated, IncidentOpened
from services.metrics.aging import backlog_of, is_asked
from services.metrics.backlog import OLDER_THAN, Backlog, Waiting, backlog
from services.metrics.backlog_store import waiting
from services.metrics.cells import add
from services.metrics.counting import Cell
from services.metrics.facts import increments
from services.metrics.finality import Standing
from tests.builders import VILLAGE, later, resolved
from tests.services.metrics.counted import DAY, EVENT, ZONE, reopened
from tests.services.metrics.shown import PRODUCTS
from tests.services.metrics.test_areas import OTHER_FARM, TOWN
from tests.services.metrics.test_areas import VILLAGE as VILLAGE_OF_TOWN
from tests.services.metrics.test_asked import asked

TODAY = date(2026, 11, 22)
REPORTED = date.fromisoformat(DAY)
OPENED = IncidentOpened(**EVENT, attempt=1, policy="default/2")
UP = IncidentEscalated(
    **EVENT | {"occurred_at": later(days=2)}, to_tier="town", reason="reason/1:too-hard", by="person"
)


def ago(**numbers):
    """So many open since so many days: `ago(d7=3)`."""
    return {TODAY - timedelta(days=int(days[1:])): number for days, number in numbers.items()}


def test_ages_are_counted_in_days_and_the_thresholds_are_not_passed_by_a_matter_of_just_that_age():
    found = backlog(ago(d0=1, d7=2, d8=1, d30=1, d31=1, d90=1, d91=1, d400=2), TODAY)

    assert found == Backlog(
        open=10, median_days=30, p90_days=400, oldest_days=400, older_than={7: 7, 30: 5, 90: 3}
    )


def test_when_nothing_is_open_there_is_no_age():
    assert backlog({}, TODAY) == Backlog(0, None, None, None, dict.fromkeys(OLDER_THAN, 0))


def test_what_was_reported_after_midnight_by_another_clock_is_of_today():
    assert backlog({TODAY + timedelta(days=1): 2}, TODAY).oldest_days == 0


@given(st.dictionaries(st.integers(0, 500), st.integers(1, 40), min_size=1, max_size=30))
def test_it_says_what_a_list_of_all_ages_says(numbers):
    ages = sorted(age for age, number in numbers.items() for _ in range(number))

    found = backlog({TODAY - timedelta(days=age): number for age, number in numbers.items()}, TODAY)

    assert found.open == len(ages)
    assert found.oldest_days == ages[-1]
    assert found.median_days == ages[(len(ages) - 1) // 2]
    assert sum(age <= found.p90_days for age in ages) * 10 >= 9 * len(ages)
    assert sum(age < found.p90_days for age in ages) * 10 < 9 * len(ages)
    assert found.older_than == {days: sum(age > days for age in ages) for days in OLDER_THAN}


def of(*events):
    """Cells as they stand after some events of one tier."""
    cells = dict[Cell, int]()
    for event in events:
        for cell, by in increments(event, ZONE):
            cells[cell] = cells.get(cell, 0) + by
    return cells


async def stored(database, tiers):
    for tier, cells in tiers.items():
        async with database.transaction() as tx:
            await add(tx, tier, cells)


@pytest.mark.system
async def test_it_adds_up_over_tiers_after_a_handover_and_a_relapse(new_database):
    database = await new_database("metrics")
    done, again = resolved(occurred_at=later(days=5)), reopened(resolved_at=later(days=5))
    here = {"category": "category/1:wage"}
    other = [one.model_copy(update=here) for one in (OPENED, done)]
    up_there = OPENED.model_copy(update={"occurred_at": later(days=2)})

    await stored(database, {"village": of(OPENED, UP, *other), "town": of(up_there, done, again)})

    async with database.connection() as connection:
        found = await waiting(connection, VILLAGE[:6], None, None)
        of_one = [
            await waiting(connection, VILLAGE, one, None) for one in ("category/1:land", here["category"])
        ]
        elsewhere = await waiting(connection, "620523", None, None)
    assert (found, found.unaged) == (Waiting({REPORTED: 1}, 1), 0)
    assert [one.by_day for one in of_one] == [{REPORTED: 1}, {}]
    assert elsewhere == Waiting({}, 0)


@pytest.mark.system
async def test_what_was_counted_before_report_days_were_is_told_as_having_no_age(new_database):
    database = await new_database("metrics")
    before = {cell: by for cell, by in of(OPENED).items() if cell.measure != "cohort.open"}

    await stored(database, {"village": before})

    async with database.connection() as connection:
        found = await waiting(connection, VILLAGE, None, None)
    assert (found, found.unaged) == (Waiting({}, 1), 1)


NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
OPEN_SINCE = Waiting(ago(d0=1, d8=1, d100=1), 4)


def shown(waiting=OPEN_SINCE, now=NOON):
    known = Standing(now, now, complete=True, zone=ZONE, first=REPORTED, last=REPORTED)
    return backlog_of(PRODUCTS.named(["backlog"]), waiting, known)


def test_it_is_shown_with_its_definition_and_never_final_because_it_is_of_now():
    found = shown()

    assert (found.id, found.open, found.unaged) == ("backlog@1", 4, 1)
    assert (found.median_days, found.p90_days, found.oldest_days) == (8, 100, 100)
    assert [(one.days, one.numerator, one.denominator, one.value) for one in found.older_than] == [
        (7, 2, 3, "66.67"), (30, 1, 3, "33.33"), (90, 1, 3, "33.33"),
    ]  # fmt: skip
    assert (found.final, found.provisional, found.as_of) == (False, "open-ended", NOON)


def test_a_day_more_is_counted_from_midnight_in_shanghai():
    assert [shown(now=now).oldest_days for now in (NOON, NOON + timedelta(hours=12))] == [100, 101]


def test_it_is_looked_for_only_where_it_is_asked_for():
    assert [
        is_asked(PRODUCTS.definitions, one) for one in ([], ["open"], ["open", "backlog@1"], ["backlog"])
    ] == [
        False,
        False,
        True,
        True,
    ]
    assert shown(waiting=None) is None
    assert (
        backlog_of(PRODUCTS.named(["open"]), OPEN_SINCE, Standing(NOON, NOON, complete=True, zone=ZONE))
        is None
    )


def test_nothing_open_has_no_share_older():
    assert [one.value for one in shown(Waiting({}, 0)).older_than] == [None, None, None]


@pytest.mark.system
async def test_the_door_tells_the_backlog_of_any_area_as_json_and_as_a_table(new_database):
    database = await new_database("metrics")
    await stored(
        database, {"village": {cell._replace(area=VILLAGE_OF_TOWN): by for cell, by in of(OPENED).items()}}
    )

    whole, other = [
        (await asked(database, area=area, metric="backlog")).json()["backlog"] for area in (TOWN, OTHER_FARM)
    ]
    without = (await asked(database)).json()["backlog"]
    table = (await asked(database, metric="backlog", format="csv")).text.splitlines()

    assert (whole["open"], whole["unaged"], other["open"]) == (1, 0, 0)
    assert whole["oldest_days"] >= (date(2026, 11, 20) - REPORTED).days
    assert without is None
    assert [row.count("backlog@1") for row in table[1:]] == [1] * 6
