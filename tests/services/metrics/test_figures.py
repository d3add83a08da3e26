"""Rates say what they divide, round as they say, and have no value without a denominator."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.definition import Rounding
from services.metrics.figures import distribution, figure, rounded, total
from services.metrics.headcounts import Headcount
from services.metrics.measures import ACTIVITY, COUNTS
from services.metrics.showing import activities_of
from services.metrics.sketches import ERROR, bucket_of
from tests.services.metrics.shown import FIGURES, PRODUCTS, RATES, rates

[ACCEPT] = PRODUCTS.named(["time_to_accept"])
[CLOSURE] = PRODUCTS.named(["closure_rate"])


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [
        (176_000, 182_000, "96.70"),  # a year of Qin'an; its published 96.05 % cannot be derived
        (91, 105, "86.67"),  # the court's docking; its published 86.6 % truncates
        (4_685, 6_900, "67.90"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (1, 800, "0.13"),  # half up, where binary floats and bankers would say 0.12
        (0, 5, "0.00"),
        (5, 5, "100.00"),
    ],
)
def test_a_percentage_has_two_decimals_half_up(numerator, denominator, value):
    counts = {"county": {"cohort.closed": numerator, "received": denominator}}

    assert figure(CLOSURE, counts).value == value


def test_nothing_to_divide_by_is_no_rate_and_says_so():
    found = figure(CLOSURE, {})

    assert (found.value, found.withheld) == (None, "no-denominator")


def test_the_published_success_of_the_docking_truncates_and_ours_does_not():
    half_up, truncate = Rounding(digits=1), Rounding(digits=1, mode="truncate")

    assert (rounded(9100, 105, half_up), rounded(9100, 105, truncate)) == ("86.7", "86.6")


@given(st.integers(-(10**14), 10**14), st.integers(1, 10**12), st.integers(0, 6))
def test_a_rounded_value_is_never_further_off_than_its_rule_allows(numerator, denominator, digits):
    exact, unit = Fraction(numerator, denominator), Fraction(1, 10**digits)

    near = Fraction(rounded(numerator, denominator, Rounding(digits=digits)))
    cut = Fraction(rounded(numerator, denominator, Rounding(digits=digits, mode="truncate")))

    assert abs(near - exact) <= unit / 2
    assert abs(near) >= abs(exact) or abs(near - exact) < unit / 2  # a half goes away from zero
    assert abs(cut) <= abs(exact) < abs(cut) + unit


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(0, 6))
def test_a_value_has_the_digits_its_rule_says_and_no_sign_without_a_value(numerator, denominator, digits):
    written = rounded(numerator, denominator, Rounding(digits=digits))

    assert len(written.partition(".")[2]) == digits
    assert rounded(-1, 10**9, Rounding(digits=digits)).startswith("-") is False


def test_a_denominator_below_the_smallest_worth_showing_is_still_shown_but_divides_nothing():
    few = CLOSURE.model_copy(update={"smallest": 30})

    found = figure(few, {"town": {"cohort.closed": 20, "received": 29}})

    assert (found.numerator, found.denominator, found.value, found.withheld) == (
        20,
        29,
        None,
        "below-smallest",
    )
    assert figure(few, {"town": {"cohort.closed": 30, "received": 30}}).value == "100.00"


def test_a_figure_by_person_needs_its_headcount():
    fields = {"kind": "ratio", "per": "headcount", "headcount": "grid-staff", "denominator": ()}
    by_person = CLOSURE.model_copy(update=fields)
    counts = {"town": {"cohort.closed": 720}}

    without, given_one = figure(by_person, counts), figure(by_person, counts, Headcount(Fraction(2)))

    assert (without.value, without.withheld) == (None, "no-headcount")
    assert (given_one.denominator, given_one.value) == (2, "360.00")


def test_a_total_is_taken_over_all_tiers_or_of_one():
    counts = {"village": {"resolved": 7, "closed": 1}, "town": {"resolved": 2}}

    assert total(counts, ("resolved",)) == 9
    assert total(counts, ("resolved", "closed"), "village") == 8
    assert total(counts, ("resolved",), "county") == 0


def test_the_shares_of_the_tiers_add_up_to_everything_resolved():
    counts = {"village": {"resolved": 88}, "town": {"resolved": 9}, "county": {"resolved": 3}}
    shares = [one for one in RATES if one.id.startswith("resolved_in_")]

    values = [figure(one, counts).value for one in sorted(shares, key=lambda one: one.id, reverse=True)]

    assert values == ["88.00", "9.00", "3.00"]


@pytest.mark.parametrize(
    "rate", [one for one in RATES if one.id.startswith("satisfaction.")], ids=lambda one: one.id
)
def test_who_did_not_answer_stands_apart_and_never_in_the_rate(rate):
    apart = {one.rpartition(".")[2] for one in rate.apart}

    assert {"refused", "unreachable", "pending"} <= apart
    assert not set(rate.apart) & {*rate.numerator, *rate.denominator}


def test_every_rate_says_its_cohort_in_both_languages_and_has_a_version():
    assert all(one.zh and one.en and one.cohort.zh and one.cohort.en and one.unit.zh for one in FIGURES)
    assert len({one.key for one in FIGURES}) == len(FIGURES)
    assert len(set(COUNTS)) == len(COUNTS)


def test_tiers_add_up_to_one_distribution():
    bucket = f"time_to_accept:{bucket_of(60):04d}"

    both = distribution(
        ACCEPT, {"village": {bucket: 2, "time_to_resolve:0000": 9}, "town": {bucket: 1}}
    ).sketch

    assert both.count == 3
    assert both.p50_seconds == pytest.approx(60, rel=ERROR)


def test_what_a_relapse_took_back_leaves_no_trace():
    emptied = {f"time_to_accept:{bucket_of(9e6):04d}": 0, f"time_to_accept:{bucket_of(60):04d}": 5}

    assert distribution(ACCEPT, {"village": emptied}).sketch.p99_seconds == pytest.approx(60, rel=ERROR)


def the_rate(name, counts):
    """As the API shows it."""
    return next(one for one in rates(counts) if one.id == name)


DOCKING = {
    "referral.offered": 110, "referral.diverted": 105, "referral.returned": 5, "referral.succeeded": 91,
    "referral.failed": 14,
}  # fmt: skip


def test_the_published_docking_with_the_court_is_found_again():
    counts = {"county": {**DOCKING, "referral.eligible": 266}}

    diverted, settled = the_rate("diversion@1", counts), the_rate("diversion_success@1", counts)

    assert (diverted.numerator, diverted.denominator, diverted.value) == (105, 266, "39.47")
    assert (settled.numerator, settled.denominator, settled.value) == (91, 105, "86.67")
    assert diverted.apart == {"offered": 110, "returned": 5}


def test_more_diverted_than_was_declared_is_no_rate_but_still_shown():
    diverted = the_rate("diversion@1", {"county": {**DOCKING, "referral.eligible": 60}})

    assert (diverted.numerator, diverted.denominator, diverted.value) == (105, 60, None)
    assert diverted.withheld == "incomplete"


def test_there_is_no_diversion_rate_before_the_source_has_declared_what_was_eligible():
    found = the_rate("diversion@1", {"county": DOCKING})

    assert (found.numerator, found.denominator, found.value) == (105, 0, None)


def test_what_was_referred_out_is_judged_once_its_result_is_known():
    counts = {"town": {"referred": 9, "referred.succeeded": 3, "referred.failed": 1, "referred.returned": 2}}

    found = the_rate("referred_success@1", counts)

    assert (found.value, found.apart["returned"]) == ("75.00", 2)


def test_sessions_held_and_triage_overruled_are_shares_of_what_they_say():
    counts = {"village": {"sessions.held": 9, "sessions.missed": 1, "received": 50, "triage_overruled": 2}}

    held, overruled = the_rate("joint_held@1", counts), the_rate("triage_overruled@1", counts)

    assert (held.value, overruled.value) == ("90.00", "4.00")


@pytest.mark.parametrize("rate", RATES, ids=lambda one: one.key)
def test_whatever_a_rate_is_made_of_is_published_as_a_count_as_well(rate):
    answers = [
        one
        for one in (*rate.numerator, *rate.denominator)
        if not one.startswith(
            ("answer.", "cohort.", ACTIVITY)
        )  # activities are published all, under a name of theirs
    ]

    assert set(answers) <= set(COUNTS)


def test_activities_are_summed_over_the_tiers_and_nothing_else_is_called_one():
    counts = {"village": {"activity.patrol": 2, "received": 1}, "town": {"activity.patrol": 1}}

    assert activities_of(counts) == {"patrol": 3}
