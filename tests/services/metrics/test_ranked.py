"""Areas are ranked by the figures' own definitions; what has no rank says why and keeps its parts."""

from fractions import Fraction

import pytest

from services.metrics import ranked
from services.metrics.definition import Definition
from tests.services.metrics.shown import FIGURES, PRODUCTS

LABELS = {"620522100": ("兴国镇", "Xingguo"), "620522101": ("莲花镇", "Lianhua")}
NOBODY = {}


def the(name) -> Definition:
    [one] = PRODUCTS.named([name])
    return one


def per_head() -> Definition:
    given = the("received").model_dump() | {
        "id": "records_per_person", "kind": "ratio", "per": "headcount", "better": "higher", "rank_from": 5,
        "rounding": {"digits": 1},
    }  # fmt: skip
    return Definition.model_validate(given)


def village(**counts):
    return {"village": counts}


def places(name, counts, areas=None):
    [only] = ranked.ranked(the(name), areas or sorted(counts), counts, NOBODY, LABELS)
    return only.places


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


def test_areas_are_ranked_by_headcount_only_within_one_way_of_counting_heads():
    counts = {area: village(received=360) for area in ("a", "b", "c")}
    people = {
        "grid-staff": {"a": Fraction(12), "b": Fraction(21, 2)},
        "grid-staff-and-household-heads": {"a": Fraction(40)},
    }

    found = ranked.ranked(per_head(), ["a", "b", "c"], counts, people, LABELS)

    said = {one.headcount: [(place.area, place.rank, place.value) for place in one.places] for one in found}
    assert said == {
        "grid-staff": [("b", 1, "34.3"), ("a", 2, "30.0"), ("c", None, None)],
        "grid-staff-and-household-heads": [("a", 1, "9.0"), ("b", None, None), ("c", None, None)],
    }
    assert found[0].places[0].denominator == "10.5"
    assert ranked.words_of(found).keys() == {"no-headcount"}


def test_without_any_headcount_nobody_is_ranked_by_it():
    [only] = ranked.ranked(per_head(), ["a"], {"a": village(received=360)}, NOBODY, LABELS)

    assert [(one.rank, one.unranked) for one in only.places] == [(None, "no-headcount")]


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: one.key)
def test_only_what_is_divided_ranks_areas(one):
    assert (ranked.terms_of(one) is None) == (one.better == "none")
    assert one.better == "none" or one.kind in {"share", "ratio"}


def test_a_definition_that_would_rank_areas_by_their_size_is_refused():
    with pytest.raises(ValueError, match="grows with the area"):
        Definition.model_validate(the("received").model_dump() | {"better": "higher"})
