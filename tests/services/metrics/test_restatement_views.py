"""A figure before and after a change is worked out by its definition, whole or withheld."""

from dataclasses import replace
from datetime import date

import pytest

from services.metrics.headcounts import Headcounts, People
from services.metrics.own import PRODUCT
from services.metrics.periods import parse
from services.metrics.restatement_views import Told
from services.metrics.undoing import Step
from tests.services.metrics.shown import PRODUCTS
from tests.services.metrics.test_by_person import AREAS, COUNTY, QINAN

DAY = date(2023, 9, 14)


def told(name, period="2023"):
    own = replace(PRODUCT, headcounts=Headcounts(QINAN, AREAS))
    [one] = PRODUCTS.named([name], own)
    return Told(one, People(own.headcounts, COUNTY), period and parse(period))


def values(name, before, after, period="2023"):
    found = told(name, period).around(Step(before, after), DAY)
    return (found.before.value, found.before.withheld), (found.after.value, found.after.withheld)


def test_published_rates_move_by_their_own_rounding():
    step = (
        {"village": {"cohort.closed": 175, "received": 182}},
        {"village": {"cohort.closed": 176, "received": 182}},
    )

    assert values("closure_rate", *step) == (("96.15", None), ("96.70", None))


def test_a_figure_by_person_has_the_headcount_of_its_period_or_of_the_day():
    step = ({"village": {"received": 181_900}}, {"village": {"received": 182_000}})

    year = told("records_per_person.grid-staff").around(Step(*step), DAY)
    day = told("records_per_person.grid-staff", None).around(Step(*step), DAY)

    assert (year.before.value, year.after.value, year.after.denominator) == ("360", "360", "505.5945")
    assert (day.after.value, day.after.denominator) == ("352", 517)


@pytest.mark.parametrize("counts", [{}, {"village": {"cohort.closed": 1}}])
def test_what_had_no_denominator_says_so_and_then_has_a_value(counts):
    after = {"village": {"cohort.closed": 1, "received": 1}}

    assert values("closure_rate", counts, after) == ((None, "no-denominator"), ("100.00", None))


def test_what_is_declared_by_the_month_has_no_value_for_a_day_of_it():
    step = (
        {"village": {"referral.eligible": 266, "referral.diverted": 104}},
        {"village": {"referral.eligible": 266, "referral.diverted": 105}},
    )

    assert values("diversion", *step)[1] == ("39.47", None)
    assert values("diversion", *step, period=None)[1] == (None, "part-of-a-month")
