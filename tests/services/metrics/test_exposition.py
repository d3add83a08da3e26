"""What Prometheus scrapes: gauges with four labels at most, of the county and its towns, and never a person."""

import re
from datetime import UTC

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from policy.load import areas
from schemas.base import TIERS
from schemas.codes import load
from services.metrics import api_prometheus, cells, exposition, store
from services.metrics.api import api
from services.metrics.catalogue import catalogue
from services.metrics.counting import Cell
from services.metrics.exposition import PARTS_OF_A_FIGURE, Scraped, shown, text
from services.metrics.naming import Naming
from services.metrics.stream import Hub
from tests.builders import NOW, ROOT
from tests.documented import Documented

COUNTY, TOWN = "620522", "620522101"
REGISTRY = areas(ROOT / "policy" / "areas-620522.csv")
NAMES = {code: one.name for code, one in REGISTRY.items() if one.tier in {"county", "town"}}
DEFINITIONS = shown(catalogue().figures())
LABELS = {"metric", "area", "tier", "part", "name"}


def a_scrape(counts=None, names=None, tiers=None, definitions=DEFINITIONS):
    every = {"village": (NOW, False)} if tiers is None else tiers
    return Scraped(counts or {}, names or {COUNTY: "秦安县"}, every, definitions)


def families(scraped):
    return {one.name: one for one in parse(text(scraped).decode())}


def value(scraped, name, **labels):
    found = [one.value for one in families(scraped)[name].samples if labels.items() <= one.labels.items()]
    assert len(found) == 1, found
    return found[0]


VILLAGE = {"received": 6, "cohort.closed": 3, "resolved": 4}
BOTH = {COUNTY: {"village": VILLAGE, "town": {"received": 2, "resolved": 4}}}


def test_a_figure_has_its_parts_by_the_tier_that_counted_them_and_one_value():
    scraped = a_scrape(BOTH)

    def part(tier, part):
        return value(scraped, exposition.PART, metric="closure_rate@1", area=COUNTY, tier=tier, part=part)

    assert [part(tier, "numerator") for tier in TIERS] == [3, 0, 0]
    assert [part(tier, "denominator") for tier in TIERS] == [6, 2, 0]
    assert value(scraped, exposition.VALUE, metric="closure_rate@1", area=COUNTY) == 37.5


def test_a_numerator_that_is_of_one_tier_has_no_series_of_others():
    found = families(a_scrape(BOTH))[exposition.PART].samples
    ours = [one for one in found if one.labels["metric"] == "resolved_in_village@1"]

    assert {one.labels["tier"] for one in ours if one.labels["part"] == "numerator"} == {"village"}
    assert {one.labels["tier"] for one in ours if one.labels["part"] == "denominator"} == set(TIERS)


def test_a_figure_that_is_withheld_is_absent_and_not_zero():
    found = families(a_scrape())

    assert not [one for one in found[exposition.VALUE].samples if one.labels["metric"] == "closure_rate@1"]


def test_everything_is_a_gauge_and_says_in_both_languages_what_it_is():
    for one in families(a_scrape(BOTH)).values():
        assert one.type == "gauge"
        assert one.name.startswith("fengqiao_")
        assert re.match(r"[A-Z0-9].*[a-z].*[一-鿿]", one.documentation)


def test_a_tier_says_as_of_when_it_is_current_and_whether_that_is_stale():
    scraped = a_scrape(tiers={"village": (NOW, False), "town": (NOW, True)})

    assert value(scraped, exposition.AS_OF, tier="town") == NOW.timestamp()
    assert [value(scraped, exposition.STALE, tier=one) for one in ("village", "town")] == [0, 1]


def test_the_number_of_series_of_a_county_with_seventeen_towns_is_bounded():
    everything = {one: {tier: dict.fromkeys(_measures(), 1_000) for tier in TIERS} for one in NAMES}
    scraped = a_scrape(everything, NAMES, dict.fromkeys(TIERS, (NOW, False)))

    samples = [one for family in families(scraped).values() for one in family.samples]

    assert len(NAMES) == 18
    assert len(samples) <= len(NAMES) * (len(DEFINITIONS) * PARTS_OF_A_FIGURE + 1) + 2 * len(TIERS)
    assert len(samples) <= 12_000
    assert {label for one in samples for label in one.labels} == LABELS
    assert {one.labels["area"] for one in samples if "area" in one.labels} == set(NAMES)


def _measures():
    return {name for one in DEFINITIONS for name in (*one.numerator, *one.denominator)}


def test_what_lies_in_no_town_is_the_countys():
    groups = {TOWN: {"village": {"received": 1}}, "620522999": {"village": {"received": 2}}}

    found = exposition.rolled(groups, NAMES)

    assert (found[COUNTY], found[TOWN]) == ({"village": {"received": 3}}, {"village": {"received": 1}})


@pytest.fixture
async def door(new_database):
    """A database and its door."""
    database = await new_database("metrics")
    app = api(database, Hub(database), Naming(REGISTRY, load()), "village")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://door") as client:
        yield database, client


async def count(database, by):
    async with database.transaction() as tx:
        cell = Cell("received", TOWN + "203", "2026-09-14", "category/1:land", "channel/1:patrol")
        await cells.add(tx, "village", {cell: by, cell._replace(measure="time_to_accept:0042"): 1})
        await store.note_alive(tx, "village", NOW.astimezone(UTC))


@pytest.mark.system
async def test_a_scrape_is_read_from_the_database_once_for_all_who_come_within_seconds(door, monkeypatch):
    database, client = door
    await count(database, 2)

    answer = await client.get("/metrics")
    await count(database, 3)
    again = await client.get("/metrics")
    monkeypatch.setattr(api_prometheus, "KEPT_S", 0.0)
    later = await client.get("/metrics")

    line = f'fengqiao_figure_part{{area="{TOWN}",metric="received@1",part="numerator",tier="village"}} '
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert line + "2.0\n" in answer.text
    assert again.text == answer.text
    assert line + "5.0\n" in later.text
    assert "0042" not in later.text


@pytest.mark.system
async def test_a_scrape_that_failed_is_tried_again_by_the_next(door):
    database, client = door
    await database.close()
    failed = await client.get("/metrics")

    await database.connect()

    assert failed.status_code == 503
    assert (await client.get("/metrics")).status_code == 200
