"""Figures of a period: the days of it and no others, stocks as they stood when it ended, in groups that add up."""

import csv
import io
import random
from datetime import date, timedelta

import httpx
import pytest

from schemas.codes import load
from services.metrics.api import api
from services.metrics.cells import add
from services.metrics.counting import Cell
from services.metrics.naming import Naming
from services.metrics.periods import of, parse
from services.metrics.store import note_alive
from services.metrics.stream import Hub
from tests.documented import Documented
from tests.services.metrics.test_areas import AREAS, COUNTY, TOWN, VILLAGE

NAMING = Naming(AREAS, load())
FARM = "623025900001"


def asking(database, naming=NAMING):
    app = api(database, Hub(database), naming, "county")
    return httpx.AsyncClient(transport=Documented(app), base_url="http://figures")


async def asked(database, path="/v1/metrics", headers=None, **params):
    async with asking(database) as door:
        return await door.get(path, params=params, headers=headers)


def day(text):
    return date.fromisoformat(text)


SOME = [
    *(("open", VILLAGE, "2025-12-30", 5), ("open", FARM, "2026-01-02", 2), ("open", VILLAGE, "2026-01-05", -1)),
    *(("open", VILLAGE, "2026-02-10", 4), ("received", VILLAGE, "2025-12-30", 5), ("closed", VILLAGE, "2026-01-05", 6)),
    *(("received", VILLAGE, "2026-01-05", 4), ("received", FARM, "2026-02-10", 1), ("closed", FARM, "2026-02-11", 1)),
]  # fmt: skip


async def counted(database, facts=SOME, tiers=("village", "town", "county")):
    async with database.transaction() as tx:
        cells = {}
        for measure, area, on, by in facts:
            cell = Cell(measure, area, on, "category/1:land", "channel/1:walk-in")
            cells[cell] = cells.get(cell, 0) + by
        await add(tx, "village", cells)
        for tier in tiers:
            await note_alive(tx, tier, await tx.fetchval("select now()"))
    return database


def the(view, name, part="rates"):
    return next(one for one in view[part] if one["id"] == name)


@pytest.mark.system
async def test_a_period_has_its_days_and_a_stock_is_what_stood_when_it_ended(new_database):
    database = await counted(await new_database("metrics"))

    answers = {
        one: (await asked(database, period=one)).json() for one in ("2025", "2026-01", "2026-W07", "2026")
    }

    received = {one: the(found, "received@1", "counters")["value"] for one, found in answers.items()}
    standing = {one: the(found, "open@1", "counters")["value"] for one, found in answers.items()}
    assert received == {"2025": "5", "2026-01": "4", "2026-W07": "1", "2026": "5"}
    assert standing == {"2025": "5", "2026-01": "6", "2026-W07": "10", "2026": "10"}
    january = answers["2026-01"]
    assert the(january, "closure_rate.period@1")["value"] == "150.00"
    assert (january["period"]["first"], january["period"]["last"]) == ("2026-01-01", "2026-01-31")
    assert (january["period"]["zh"], january["counts"]["closed"]) == ("2026年1月", 6)


@pytest.mark.system
async def test_a_stock_is_the_same_whichever_way_it_is_narrowed(new_database):
    database = await counted(await new_database("metrics"))

    plain = (await asked(database, period="2026-01", metric="open")).json()
    by_code = (
        await asked(database, period="2026-01", metric="open", category="land", channel="walk-in")
    ).json()
    child = (await asked(database, period="2026-01", metric="open", group_by="child")).json()
    month = (
        await asked(database, first="2025-12-01", last="2026-03-31", metric="open", group_by="month")
    ).json()
    ever = (await asked(database, metric="open", group_by="quarter")).json()

    def groups(answer):
        return {one["key"]: one["counters"][0]["value"] for one in answer["groups"]}

    assert [the(one, "open@1", "counters")["value"] for one in (plain, by_code, child)] == ["6", "6", "6"]
    assert groups(child) == {TOWN: "4", FARM: "2"}
    assert groups(month) == {"2025-12": "5", "2026-01": "6", "2026-02": "10"}
    assert groups(ever) == {"2025-Q4": "5", "2026-Q1": "10"}
    assert [one["zh"] for one in ever["groups"]] == ["2025年第四季度", "2026年第一季度"]


@pytest.mark.system
@pytest.mark.parametrize("by", ["day", "week", "month", "quarter", "year"])
async def test_groups_of_a_kind_are_the_sums_of_their_days(new_database, by):
    rng = random.Random(by)
    days = [date(2019, 12, 20) + timedelta(days=rng.randrange(3000)) for _ in range(400)]
    facts = [("received", rng.choice((VILLAGE, FARM)), one.isoformat(), rng.randrange(1, 9)) for one in days]
    first, last = day("2020-02-29"), day("2026-12-30")
    database = await counted(await new_database("metrics"), facts)

    answer = (await asked(database, first=str(first), last=str(last), group_by=by, metric="received")).json()

    expected = {}
    for _, _, on, value in facts:
        if first <= day(on) <= last:
            key = str(of(by, day(on)))
            expected[key] = expected.get(key, 0) + value
    assert {one["key"]: one["counts"]["received"] for one in answer["groups"]} == expected
    assert answer["counts"]["received"] == sum(expected.values())
    for one in answer["groups"]:
        whole = parse(one["key"])
        clipped = (str(max(whole.first, first)), str(min(whole.last, last)))
        assert (one["period"]["first"], one["period"]["last"]) == clipped
        assert one["period"]["whole"] == (clipped == (str(whole.first), str(whole.last)))


@pytest.mark.system
async def test_a_figure_is_final_once_its_period_is_settled_and_every_tier_was_heard_of(new_database):
    database = await counted(await new_database("metrics"))
    today = (await database.now()).date()

    past = (await asked(database, period="2026-01")).json()
    year = (await asked(database, period=str(today.year), group_by="month")).json()
    ever = (await asked(database)).json()
    alone = await counted(await new_database("metrics"), tiers=("village", "county"))
    without_town = (await asked(alone, period="2026-01")).json()
    async with asking(alone, Naming(AREAS, load(), tiers=("village", "county"))) as door:
        of_two = (await door.get("/v1/metrics", params={"period": "2026-01"})).json()
        ranked = (
            await door.get("/v1/metrics/rankings", params={"period": "2026-01", "metric": "closure_rate"})
        ).json()
        watched = (await door.get("/v1/metrics/flags", params={"period": "2026-01"})).json()

    assert the(past, "received@1", "counters")["final"]
    assert the(year, "received@1", "counters")["provisional"] == "running"
    assert the(ever, "closure_rate@1")["provisional"] == "open-ended"
    assert the(without_town, "received@1", "counters")["provisional"] == "tier-behind"
    assert the(of_two, "received@1", "counters")["final"]
    assert (ranked.get("final"), watched.get("final")) == (True, True)
    assert the(year["groups"][0], "triage_overruled@1")["final"]
    assert year["words"]["running"]["zh"] == "期间尚未结束"


@pytest.mark.system
async def test_one_figure_can_be_asked_for_with_what_it_is_made_of_and_nothing_else(new_database):
    database = await counted(await new_database("metrics"))

    answer = (await asked(database, metric=["closure_rate", "open"], group_by="year")).json()

    assert [one["id"] for one in answer["rates"]] == ["closure_rate@1"]
    assert [one["id"] for one in answer["counters"]] == ["open@1"]
    assert answer["distributions"] == []
    assert answer["counts"].keys() == {"cohort.closed", "received", "open"}
    assert {key for one in answer["groups"] for key in one["counts"]} == answer["counts"].keys()


@pytest.mark.system
async def test_a_role_nobody_has_is_no_figure_and_a_ring_of_old_is_one(new_database):
    facts = [("whistle.on-horse.called", VILLAGE, "2026-01-05", 2)]
    database = await counted(await new_database("metrics"), facts)

    nobody = await asked(database, metric="satisfaction.nobody")
    old = (await asked(database, metric="acknowledged_in_time.on-horse")).json()

    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "query.metric.0")
    assert (old["rates"][0]["denominator"], old["rates"][0]["value"]) == (2, "0.00")


@pytest.mark.system
@pytest.mark.parametrize(
    ("params", "headers"),
    [({"format": "csv"}, {}), ({}, {"accept": "text/csv"}), ({}, {"accept": "text/csv;q=0.9, */*;q=0.1"})],
)
async def test_a_table_has_the_same_figures_for_a_spreadsheet(new_database, params, headers):
    database = await counted(await new_database("metrics"))
    same = {"period": "2026-01", "group_by": "child"}

    table = await asked(database, headers=headers, **params, **same)
    plain = (await asked(database, headers={"accept": "*/*"}, **same)).json()

    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == f'attachment; filename="metrics-{COUNTY}-2026-01.csv"'
    assert table.content.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    whole = {one["指标 figure"]: one for one in rows if not one["分组 group"]}
    for one in (*plain["rates"], *plain["counters"]):
        row = whole[one["id"]]
        assert (row["数值 value"], row["分子 numerator"]) == (one["value"] or "", str(one["numerator"]))
        assert (row["口径 cohort"], row["期间 period"]) == (one["cohort_zh"], "2026-01")
        assert row["终值 final"] == ("是 yes" if one["final"] else "否 no")
    open_in = {one["分组 group"]: one["数值 value"] for one in rows if one["指标 figure"] == "open@1"}
    assert open_in == {"": "6", TOWN: "4", FARM: "2"}
