"""Rankings over HTTP: the areas of a level by one figure of a period, and plain words for what cannot be ranked."""

import csv

import httpx
import pytest

from services.metrics.api import api
from services.metrics.cells import add
from services.metrics.counting import Cell
from services.metrics.stream import Hub
from tests.documented import Documented
from tests.services.metrics.test_areas import COUNTY, FARM, NAMING, TOWN, VILLAGE

pytestmark = pytest.mark.system
CLOSED = {"metric": "closure_rate", "period": "2026-11", "level": "village"}


def cells(area, closed, received, day="2026-11-20"):
    place = (area, day, "category/1:land", "channel/1:patrol")
    return {Cell("cohort.closed", *place): closed, Cell("received", *place): received}


@pytest.fixture
async def database(new_database):
    return await new_database("metrics")


@pytest.fixture
async def client(database):
    app = api(database, Hub(database), NAMING, "county")
    async with httpx.AsyncClient(transport=Documented(app), base_url="http://metrics") as found:
        yield found


async def count(database, *given, tier="village"):
    async with database.transaction() as tx:
        for one in given:
            await add(tx, tier, one)


async def test_villages_stand_in_order_with_grids_and_tiers_added_up(database, client):
    await count(database, cells(VILLAGE, 10, 30), cells(f"{VILLAGE}001", 20, 30), cells(FARM, 9, 30))
    await count(database, cells(FARM, 1, 0), cells(VILLAGE, 60, 60, day="2026-12-01"), tier="town")

    said = (await client.get("/v1/metrics/rankings", params=CLOSED)).json()

    assert [(one["area"], one["rank"], one["numerator"], one["denominator"]) for one in said["places"]] == [
        (VILLAGE, 1, 30, 60), (FARM, 2, 10, 30), ("623025900002", None, 0, 0),
    ]  # fmt: skip
    assert (said["id"], said["better"], said["period"]["key"], said["final"]) == (
        "closure_rate@1", "higher", "2026-11", False,
    )  # fmt: skip
    assert said["words"].keys() == {"no-denominator", said["provisional"]}


async def test_a_town_has_what_lies_in_it_and_no_village_of_no_town(database, client):
    await count(database, cells(VILLAGE, 15, 30), cells(FARM, 30, 30), cells(TOWN, 0, 10))

    said = (await client.get("/v1/metrics/rankings", params=CLOSED | {"level": "town"})).json()

    assert [(one["area"], one["numerator"], one["denominator"]) for one in said["places"]] == [(TOWN, 15, 40)]


@pytest.mark.parametrize(
    "wanted", [({"format": "csv"}, {}), ({}, {"accept": "text/csv"})], ids=["format", "accept"]
)
async def test_a_ranking_comes_as_a_table_too(database, client, wanted):
    await count(database, cells(VILLAGE, 30, 60), cells(FARM, 30, 40))
    params, headers = wanted

    answer = await client.get("/v1/metrics/rankings", params=CLOSED | params, headers=headers)

    heading, first, second, last = csv.reader(answer.text.removeprefix("\ufeff").splitlines())
    assert answer.headers["content-type"].startswith("text/csv")
    assert {len(heading), len(first), len(second), len(last)} == {len(heading)}
    assert first[:9] == ["1", "否 no", FARM, FARM, "30", "40", "75.00", "59.81", "85.81"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"metric": "nothing"}, "query.metric"),
        ({"metric": "satisfaction.each"}, "query.metric"),
        ({"metric": "received"}, "query.metric"),
        ({"period": "2026-13"}, "query.period"),
        ({"level": "grid"}, "query.level"),
        ({"area": VILLAGE, "level": "town"}, "query.level"),
        ({"area": "999999"}, "query.area"),
    ],
)
async def test_what_cannot_be_ranked_names_the_field(client, changed, field):
    answer = await client.get("/v1/metrics/rankings", params=CLOSED | {"area": COUNTY} | changed)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
