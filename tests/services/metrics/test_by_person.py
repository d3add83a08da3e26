"""So many records a person: only with a headcount of the period, and under the name of who was counted."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from policy.load import Area
from services.metrics import showing
from services.metrics.definition import Definition
from services.metrics.finality import Standing
from services.metrics.headcounts import Entry, Headcounts, People
from services.metrics.own import PRODUCT, ZONE
from services.metrics.showing import Chosen, groups_of
from services.metrics.sums import Sums
from tests.services.metrics.shown import PRODUCTS

COUNTY, TOWN, OTHER = "620522", "620522100", "620522101"
AREAS = {one: Area(one, "town", one, None if one == COUNTY else COUNTY) for one in (COUNTY, TOWN, OTHER)}
FIRST, LAST, JULY = date(2023, 1, 1), date(2023, 12, 31), date(2023, 7, 1)
QINAN = (
    Entry(COUNTY, "grid-staff", FIRST, date(2023, 6, 30), 494),
    Entry(COUNTY, "grid-staff", JULY, None, 517),
    Entry(COUNTY, "grid-staff-at-the-end", FIRST, None, 517),
    Entry(COUNTY, "grid-staff-and-household-heads", FIRST, None, 945),
)
AFTERWARDS = datetime(2024, 3, 1, tzinfo=UTC)
RECORDS = {"village": {"received": 181_000}, "town": {"received": 1_000}}
NAME = "records_per_person"


def of(entries, area=COUNTY, first=FIRST, last=LAST, now=AFTERWARDS):
    """The figures by person of an area's year, by the way heads are counted."""
    own = replace(PRODUCT, headcounts=Headcounts(entries, AREAS))
    known = Standing(now, now, complete=True, zone=ZONE, first=first, last=last)
    figures = PRODUCTS.named([f"{NAME}.each"], own)
    shown = showing.rates_of(figures, RECORDS, known, People(own.headcounts, area))
    return {one.id.removeprefix(f"{NAME}.").removesuffix("@1"): one for one in shown}


def test_360_a_person_is_of_the_time_weighted_grid_staff_and_other_ways_of_counting_are_other_figures():
    found = of(QINAN)

    assert {how: (one.value, one.denominator) for how, one in found.items()} == {
        "grid-staff": ("360", "505.5945"),
        "grid-staff-and-household-heads": ("193", 945),
        "grid-staff-at-the-end": ("352", 517),
    }
    assert {one.numerator for one in found.values()} == {182_000}
    assert found["grid-staff"].zh == "人均受理数（按网格员）"


@pytest.mark.parametrize(
    ("entries", "days", "why"),
    [
        ((), {}, "no-headcount"),
        (QINAN[1:2], {}, "days-missing"),
        (QINAN[:2], {"first": None}, "no-period"),
        ([Entry(TOWN, "grid-staff", FIRST, None, 9)], {}, "parts-missing"),
    ],
    ids=["no file", "half a year", "no period", "one town of two"],
)
def test_without_a_headcount_there_is_no_value_and_it_says_why_in_both_languages(entries, days, why):
    [found] = of(entries, **days).values()

    assert (found.value, found.denominator, found.withheld) == (None, None, why)
    assert all(showing.words_of([found])[why].model_dump().values())


def test_areas_that_count_differently_have_no_sum_under_either_name():
    mixed = [Entry(TOWN, "grid-staff", FIRST, None, 9), Entry(OTHER, "household-heads", FIRST, None, 30)]

    assert {one.withheld for one in of(mixed).values()} == {"other-definition"}
    assert of(mixed, area=TOWN)["grid-staff"].denominator == 9


def test_nobody_at_all_is_nothing_to_divide_by():
    [found] = of([Entry(COUNTY, "grid-staff", FIRST, None, 0)]).values()

    assert (found.value, found.denominator, found.withheld) == (None, 0, "no-denominator")


def test_of_a_year_that_is_not_over_the_days_that_have_begun_count():
    august = datetime(2023, 7, 31, 15, tzinfo=UTC)

    [found] = of(QINAN[:2], now=august).values()

    assert found.denominator == "497.3632"  # 181 days of 494, 31 of 517


def test_each_area_within_one_is_divided_by_its_own_people():
    own = replace(
        PRODUCT,
        headcounts=Headcounts(
            [Entry(one, "grid-staff", FIRST, None, at) for at, one in enumerate(AREAS, 1)], AREAS
        ),
    )
    known = Standing(AFTERWARDS, AFTERWARDS, complete=True, zone=ZONE, first=FIRST, last=LAST)
    chosen = Chosen(PRODUCTS.named([f"{NAME}.each"], own), known, people=People(own.headcounts, COUNTY))
    sums = Sums({"village": {"received": 600}}, {})

    by_area = groups_of({TOWN: sums, OTHER: sums}, chosen, {}, "child")
    by_tier = groups_of({"village": sums}, chosen, {}, "tier")

    assert [one.rates[0].value for one in (*by_area, *by_tier)] == ["300", "200", "600"]


@pytest.mark.parametrize(
    "fields",
    [
        {"per": "headcount", "denominator": ()},
        {"per": "headcount", "headcount": "grid-staff"},
        {"headcount": "grid-staff"},
    ],
    ids=["nobody said how heads are counted", "a denominator as well", "nothing is by person"],
)
def test_a_definition_by_person_says_how_heads_are_counted_and_nothing_else(fields):
    [closure] = PRODUCTS.named(["closure_rate@1"])

    with pytest.raises(ValueError, match=r"headcount|denominator"):
        Definition.model_validate(closure.model_dump() | {"kind": "ratio"} | fields)
