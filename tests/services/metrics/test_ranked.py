"""Areas are ranked by the figures' own definitions; what has no rank says why and keeps its parts."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from policy.load import Area
from services.metrics import ranked
from services.metrics.definition import Definition
from services.metrics.headcounts import Entry, Headcounts, People
from services.metrics.own import PRODUCT
from services.metrics.showing import figure_of
from tests.services.metrics.shown import FIGURES, KNOWN, PRODUCTS

LABELS = {"620522100": ("兴国镇", "Xingguo"), "620522101": ("莲花镇", "Lianhua")}
MONTH = replace(KNOWN, now=datetime(2026, 12, 9, tzinfo=UTC)).over(date(2026, 11, 1), date(2026, 11, 30))
STAFF, BOTH = "grid-staff", "grid-staff-and-household-heads"


def the(name) -> Definition:
    [one] = PRODUCTS.named([name], OWN)
    return one


def heads(area, way, number, last=None):
    return Entry(area, way, date(2026, 1, 1), last, number)


HEADS = Headcounts(
    [
        heads("a", STAFF, 12), heads("b", STAFF, 14, date(2026, 11, 15)),
        Entry("b", STAFF, date(2026, 11, 16), None, 7), heads("c", BOTH, 40),
    ],
    {code: Area(code, "county", code, None) for code in "abcd"},
)  # fmt: skip
OWN = replace(PRODUCT, headcounts=HEADS)


def village(**counts):
    return {"village": counts}


def places(name, counts, areas=None):
    one = the(name)
    found = {area: figure_of(one, counts.get(area, {}), MONTH) for area in areas or sorted(counts)}
    return ranked.ranked(one, found, LABELS)


def test_a_rank_stands_beside_its_parts_its_interval_and_the_name_of_the_area():
    counts = {
        "620522100": village(**{"cohort.closed": 90, "received": 100}),
        "620522101": village(**{"cohort.closed": 40, "received": 100}),
    }

    first, second = places("closure_rate", counts)

    assert (first.area, first.zh, first.rank, first.value) == ("620522100", "兴国镇", 1, "90.00")
    assert (first.numerator, first.denominator, first.low, first.high) == (90, 100, "82.56", "94.48")
    assert (second.rank, second.told_apart) == (2, True)


def test_a_figure_of_one_tier_counts_only_what_that_tier_did():
    counts = {"620522100": {"village": {"resolved": 30}, "town": {"resolved": 10}}}

    [only] = places("resolved_in_village", counts)

    assert (only.numerator, only.denominator) == (30, 40)


def test_a_small_denominator_has_a_value_and_no_rank():
    [only] = places("closure_rate", {"620522100": village(**{"cohort.closed": 3, "received": 4})})

    assert (only.rank, only.unranked, only.value, only.low) == (None, "too-few-to-rank", "75.00", None)


def test_an_area_where_nothing_was_counted_is_listed_without_a_value():
    [only] = places("closure_rate", {}, ["620522101"])

    assert (only.rank, only.unranked, only.value, only.denominator) == (None, "no-denominator", None, 0)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (STAFF, [("b", 1, "34", "10.5"), ("a", 2, "30", 12), ("c", None, None, None), ("d", None, None, None)]),
        (BOTH, [("c", 1, "9", 40), ("a", None, None, None), ("b", None, None, None), ("d", None, None, None)]),
    ],
)  # fmt: skip
def test_areas_are_ranked_by_headcount_only_beside_those_that_count_heads_alike(way, said):
    one = the(f"records_per_person.{way}")
    found = {area: figure_of(one, village(received=360), MONTH, People(HEADS, area)) for area in "abcd"}

    places = ranked.ranked(one, found, LABELS)

    assert [(place.area, place.rank, place.value, place.denominator) for place in places] == said
    assert {place.unranked for place in places} == {None, "other-definition", "no-headcount"}
    assert ranked.words_of(places).keys() == {"other-definition", "no-headcount"}


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: one.key)
def test_only_what_is_divided_ranks_areas(one):
    assert (ranked.terms_of(one) is None) == (one.better == "none")
    assert one.better == "none" or one.kind in {"share", "ratio"}


def test_a_definition_that_would_rank_areas_by_their_size_is_refused():
    with pytest.raises(ValueError, match="grows with the area"):
        Definition.model_validate(the("received").model_dump() | {"better": "higher"})


def test_what_is_divided_by_the_month_ranks_no_weeks():
    one, counts = the("diversion"), village(**{"referral.diverted": 20, "referral.eligible": 40})
    week = MONTH.over(date(2026, 11, 16), date(2026, 11, 22))

    [of_month], [of_week] = (
        ranked.ranked(one, {"620522100": figure_of(one, counts, known)}, LABELS) for known in (MONTH, week)
    )

    assert (of_month.rank, of_week.rank, of_week.unranked, of_week.value) == (
        1,
        None,
        "part-of-a-month",
        None,
    )


def test_a_table_has_every_place_with_its_numbers_as_numbers():
    counts = {
        "620522100": village(**{"cohort.closed": 90, "received": 100}),
        "620522101": village(**{"cohort.closed": 3, "received": 4}),
    }

    first, second = ranked.rows(places("closure_rate", counts), ["town"])

    assert first == [
        1, "否 no", "620522100", "兴国镇", 90, 100, Decimal("90.00"), Decimal("82.56"), Decimal("94.48"), None, None,
        "town",
    ]  # fmt: skip
    assert second[0] is None
    assert second[10].endswith("too-few-to-rank")
    assert len(ranked.HEADINGS) == len(first) - 1 + 10
