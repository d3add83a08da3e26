"""Areas are ranked by what they have exactly, only where it says something, and only beside areas counted alike."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.ranking import Counted, Terms, byar, interval, ranking, wilson

HIGHER = Terms("higher")


def ranked(*given, terms=HIGHER):
    """(area, rank) of a single ranking, in its order."""
    return [(one.counted.area, one.rank) for one in ranking([Counted(*one) for one in given], terms)]


def standing(area, *given, terms=HIGHER):
    return next(one for one in ranking([Counted(*one) for one in given], terms) if one.counted.area == area)


def test_the_highest_share_comes_first_where_higher_is_better():
    assert ranked(("a", 50, 100), ("b", 90, 100), ("c", 70, 100)) == [("b", 1), ("c", 2), ("a", 3)]


def test_the_lowest_share_comes_first_where_lower_is_better():
    assert ranked(("a", 50, 100), ("b", 90, 100), terms=Terms("lower")) == [("a", 1), ("b", 2)]


def test_equal_fractions_share_a_rank_and_the_next_rank_is_left_out():
    given = [("d", 10, 20), ("c", 50, 100), ("b", 40, 100), ("a", 60, 100)]

    assert ranked(*given) == [("a", 1), ("c", 2), ("d", 2), ("b", 4)]
    assert [standing(one, *given).tied for one in "abcd"] == [False, False, True, True]


def test_what_is_shown_alike_is_no_tie_when_it_is_not_equal():
    given = [("a", 66667, 100_000), ("b", 666_670_001, 1_000_000_000)]

    assert ranked(*given) == [("b", 1), ("a", 2)]


def test_an_area_below_the_smallest_denominator_is_listed_without_a_rank():
    terms = Terms("higher", least=20)

    assert ranked(("a", 19, 19), ("b", 1, 20), terms=terms) == [("b", 1), ("a", None)]
    assert standing("a", ("a", 19, 19), ("b", 1, 20), terms=terms).why == "too-few-to-rank"


def test_without_a_denominator_there_is_no_rank_and_no_value():
    found = standing("a", ("a", 0, 0))

    assert (found.why, found.rank, found.low) == ("no-denominator", None, None)


def test_more_than_the_whole_shows_the_whole_to_be_incomplete():
    assert standing("a", ("a", 5, 4)).why == "incomplete"


def test_what_is_missing_is_said_before_anything_is_divided():
    assert standing("a", ("a", 5, 0, "no-headcount")).why == "no-headcount"


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, "25.53", "36.62"), (15, 148, "6.24", "16.05"), (0, 20, "0.00", "16.11"), (1, 29, "0.61", "17.18")],
)  # fmt: skip
def test_the_interval_of_a_share_is_the_published_one(part, whole, low, high):
    """Newcombe 1998, table I, method 3."""
    assert interval(part, whole, HIGHER) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("events", "low", "high"), [(10, "4.795", "18.390"), (100, "81.364", "121.627"), (0, "0", "3.689")]
)
def test_the_interval_of_a_number_of_events_is_the_exact_one_within_a_hundredth(events, low, high):
    """Exact bounds of a Poisson number (Garwood 1936), from the quantiles of chi-squared."""
    found = interval(events, 1, Terms("higher", spread="events", scale=1, digits=3))

    assert found == pytest.approx((Decimal(low), Decimal(high)), rel=Decimal("0.01"))


@given(st.integers(1, 100_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_an_interval_holds_its_share_and_stays_a_share(given):
    part, whole = given

    low, high = wilson(part, Decimal(whole))

    assert 0 <= Fraction(low) <= Fraction(part, whole) <= Fraction(high) <= 1


@given(st.integers(0, 100_000), st.integers(1, 1000))
def test_an_interval_holds_its_number_of_events(events, heads):
    low, high = byar(events, Decimal(heads))

    assert 0 <= Fraction(low) <= Fraction(events, heads) <= Fraction(high)


def test_neighbours_whose_intervals_overlap_are_not_told_apart():
    few = [("a", 18, 20), ("b", 17, 20)]
    many = [("a", 1800, 2000), ("b", 1700, 2000)]

    assert standing("b", *few).told_apart is False
    assert standing("b", *many).told_apart is True
    assert standing("a", *many).told_apart is None


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 60)), min_size=1, max_size=12))
def test_a_rank_is_one_more_than_how_many_are_better(given):
    counted = [Counted(f"{at:03}", *one) for at, one in enumerate(given)]

    standings = ranking(counted, HIGHER)

    values = {one.area: Fraction(one.numerator, one.denominator) for one in counted}
    for one in standings:
        better = sum(value > values[one.counted.area] for value in values.values())
        assert one.rank == better + 1
