"""Figures of the areas that lie in one directly, also where a village belongs to no town."""

from dataclasses import replace

import pytest

from policy.load import Area
from schemas.codes import load
from services.metrics import store
from services.metrics.cells import add
from services.metrics.counting import Cell
from services.metrics.naming import Naming

COUNTY, TOWN, VILLAGE, FARM, OTHER_FARM = (
    "623025",
    "623025100",
    "623025100001",
    "623025900001",
    "623025900002",
)
AREAS = {
    code: Area(code, tier, code, parent)
    for code, tier, parent in (
        (COUNTY, "county", None),
        (TOWN, "town", COUNTY),
        (VILLAGE, "village", TOWN),
        (FARM, "village", COUNTY),
        (OTHER_FARM, "village", COUNTY),
    )
}
NAMING = Naming(AREAS, load())


def test_a_village_of_no_town_lies_directly_in_its_county():
    assert NAMING.below(COUNTY) == (FARM, OTHER_FARM)
    assert NAMING.below(TOWN) == ()


@pytest.mark.system
@pytest.mark.parametrize("narrow", [{}, {"first": "2026-01-01"}], ids=["ever", "of some days"])
async def test_each_area_that_lies_directly_in_one_has_its_figures(new_database, narrow):
    database = await new_database("metrics")
    counted = {VILLAGE: 3, FARM: 2, f"{FARM}001": 1, OTHER_FARM: 5}
    cells = {Cell("received", one, "2026-11-20", "category/1:land", ""): by for one, by in counted.items()}
    async with database.transaction() as tx:
        await add(tx, "village", cells)

    wanted = replace(store.Wanted(COUNTY, "child", below=NAMING.below(COUNTY)), **narrow)
    async with database.connection() as connection:
        found = await store.sums(connection, wanted)

    assert {key: tiers["village"]["received"] for key, tiers in found.items()} == {
        TOWN: 3,
        FARM: 3,
        OTHER_FARM: 5,
    }
