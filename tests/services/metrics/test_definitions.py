"""Every definition has an example: adding a figure is a file, and a line here that says what it gives."""

from datetime import date
from fractions import Fraction

import pytest

from services.metrics.catalogue import PRODUCTS
from services.metrics.definition import DIVIDED
from services.metrics.figures import distribution, figure
from services.metrics.headcounts import Headcount
from services.metrics.measures import is_counted
from services.metrics.showing import rates_of
from services.metrics.sketches import bucket_of
from tests.services.metrics.shown import FIGURES, KNOWN
from tests.services.metrics.shown import PRODUCTS as CATALOGUE


def took(measure, *seconds):
    """The measures of durations that are known to the second."""
    found = {f"added:{measure}": len(seconds)}
    for one in seconds:
        for name in (f"{measure}:{bucket_of(one):04d}", f"exact:{measure}:{one}"):
            found[name] = found.get(name, 0) + 1
    return found


def tiers(**resolved):
    return {tier: {"resolved": by} for tier, by in resolved.items()}


SHARES = {
    "acknowledged_in_time.slow@1": ({"whistle.slow.called": 3, "whistle.slow.acknowledged_in_time": 2}, "2/3 66.67"),
    "arrived_in_time.1-minute@1": (
        {"whistle.1-minute.called": 8, "whistle.1-minute.arrived_in_time": 7, "whistle.1-minute.arrived": 8},
        "7/8 87.50",
    ),
    "adoption@1": ({"activity.deliberation.raised": 526, "activity.deliberation.adopted": 425}, "425/526 80.80"),
    "closure_rate@1": ({"received": 182_000, "cohort.closed": 176_000, "closed": 9}, "176000/182000 96.70"),
    "closure_rate.period@1": ({"received": 200, "closed": 250, "cohort.closed": 150}, "250/200 125.00"),
    "diversion@1": ({"referral.eligible": 266, "referral.diverted": 105}, "105/266 39.47"),
    "diversion.rounded@1": ({"referral.eligible": 266, "referral.diverted": 105}, "105/266 39.5"),
    "diversion_success@1": ({"referral.diverted": 105, "referral.succeeded": 91}, "91/105 86.67"),
    "diversion_success.rounded@1": ({"referral.diverted": 105, "referral.succeeded": 91}, "91/105 86.7"),
    "diversion_success.truncated@1": ({"referral.diverted": 105, "referral.succeeded": 91}, "91/105 86.6"),
    "extended_share@1": ({"in_hand": 40, "in_hand.extended": 3, "extended": 9}, "3/40 7.50"),
    "joint_agreement@1": ({"sessions.held": 12, "agreements": 11, "sessions.missed": 3}, "11/12 91.67"),
    "joint_held@1": ({"sessions.held": 9, "sessions.missed": 1, "sessions.called": 14}, "9/10 90.00"),
    "on_time@1": ({"with_target": 16, "on_time": 15, "resolved": 20}, "15/16 93.75"),
    "referred_success@1": ({"referred": 9, "referred.succeeded": 3, "referred.failed": 1}, "3/4 75.00"),
    "relapse_30@1": ({"resolutions": 30, "relapse.within_30": 1, "relapse.within_90": 2}, "1/30 3.33"),
    "relapse_90@1": ({"resolutions": 30, "relapse.within_30": 1, "relapse.within_90": 2}, "2/30 6.67"),
    "resolution_rate@1": ({"received": 6_900, "cohort.resolved": 4_685, "resolved": 5_000}, "4685/6900 67.90"),
    "resolved_in_village@1": (tiers(village=88, town=9, county=3), "88/100 88.00"),
    "resolved_in_town@1": (tiers(village=88, town=9, county=3), "9/100 9.00"),
    "resolved_in_county@1": (tiers(village=88, town=9, county=3), "3/100 3.00"),
    "revisit_coverage@1": ({"resolutions": 7, "revisited": 7}, "7/7 100.00"),
    "satisfaction.applicant@1": (
        {"answer.applicant.satisfied": 5, "answer.applicant.dissatisfied": 1, "answer.applicant.relapse": 2,
         "answer.applicant.refused": 4, "answer.applicant.pending": 9, "answer.respondent.satisfied": 3},
        "5/8 62.50",
    ),
    "struck_off_share@1": ({"listed": 6, "listed.struck_off": 5, "struck_off": 4}, "5/6 83.33"),
    "suspended_share@1": ({"in_hand": 40, "in_hand.suspended": 5, "suspended": 8}, "5/40 12.50"),
    "triage_overruled@1": ({"received": 50, "triage_overruled": 2, "triaged": 50}, "2/50 4.00"),
    "whistle_rate@1": ({"accepted": 64, "accepted.whistled": 9, "whistles": 17}, "9/64 14.06"),
}  # fmt: skip
"""Counts, and what is divided by what, with the value."""
COUNTED = {
    "deliberation.adopted@1": "activity.deliberation.adopted",
    "deliberation.raised@1": "activity.deliberation.raised",
    "publicity.attendance@1": "activity.publicity.attendance",
    "publicity.sessions@1": "activity.publicity",
    **{
        f"{one}@1": one
        for one in (
            "accepted", "agreements", "closed", "escalated", "extended", "linked", "listed", "opened",
            "overdue.accept", "overdue.handle", "received", "referral.diverted", "referral.offered", "referred",
            "reminders", "reopened", "resolved", "returned", "revisit_overdue", "revisited", "sent_down",
            "sessions.held", "struck_off", "suspended", "transferred", "whistles",
        )
    },
}  # fmt: skip
"""Which measure a count shows."""
STOCKS = {f"{one}@1": one for one in ("open", "overdue_now", "support_plans_open")}
DURATIONS = {
    **{f"time_to_{one}@1": f"time_to_{one}" for one in ("accept", "take", "resolve", "revisit", "arrive")},
    "time_to_acknowledge.slow@1": "time_to_acknowledge.slow",
    "time_to_arrive.3-minutes@1": "time_to_arrive.3-minutes",
}
BY_PERSON = {"records_per_person.headcount@1": ({"received": 186_120}, 517, "186120/517 360")}
"""Counts, how many people, and what is divided by what."""
AGES = {"backlog@1": "cohort.open"}
EXAMPLES = {**SHARES, **BY_PERSON, **COUNTED, **STOCKS, **DURATIONS, **AGES}


def the(key):
    [found] = CATALOGUE.named([key])
    return found


@pytest.mark.parametrize("file", CATALOGUE.definitions, ids=lambda one: one.key)
def test_every_definition_has_an_example_of_one_of_its_figures(file):
    assert {one.key for one in CATALOGUE.named([file.key])} & EXAMPLES.keys()


def test_there_is_no_example_of_a_figure_that_is_not_there():
    assert EXAMPLES.keys() <= {one.key for one in FIGURES}


@pytest.mark.parametrize("key", SHARES)
def test_a_share_is_what_its_example_says(key):
    counts, said = SHARES[key]
    parts, _, value = said.partition(" ")

    found = figure(the(key), counts if key.startswith("resolved_in") else {"town": counts})

    assert the(key).kind in DIVIDED
    assert (f"{found.numerator}/{found.denominator}", found.value) == (parts, value)


@pytest.mark.parametrize("key", BY_PERSON)
def test_a_figure_by_person_is_what_its_example_says(key):
    counts, people, said = BY_PERSON[key]

    found = figure(the(key), {"town": counts}, Headcount(Fraction(people)))

    assert f"{found.numerator}/{found.denominator} {found.value}" == said


@pytest.mark.parametrize("key", [*COUNTED, *STOCKS])
def test_a_count_or_stock_is_the_sum_of_its_measure_over_the_tiers(key):
    measure = (COUNTED | STOCKS)[key]

    found = figure(the(key), {"town": {measure: 4, "other": 9}, "village": {measure: 3}})

    assert the(key).kind == ("stock" if key in STOCKS else "count")
    assert (found.numerator, found.denominator, found.value) == (7, None, "7")


@pytest.mark.parametrize("key", DURATIONS)
def test_a_duration_is_read_from_its_measure(key):
    counts = {"village": took(DURATIONS[key], 60, 90, 4000) | took("time_to_sleep", 1)}

    found = distribution(the(key), counts).sketch

    assert (found.count, found.p50_seconds, found.max_seconds) == (3, 90, 4000)


def test_the_backlog_is_of_what_is_open_by_the_day_of_its_report():
    one = the("backlog@1")

    assert (one.kind, one.numerator, one.cohort.by) == ("age", (AGES[one.key],), "report")


def test_closing_by_cohort_and_by_period_are_two_figures_with_two_names():
    by_cohort, by_period = the("closure_rate"), the("closure_rate.period")

    assert (by_cohort.cohort.by, by_period.cohort.by) == ("report", "event")
    assert by_cohort.zh != by_period.zh
    assert "100 %" in by_period.zh
    assert by_cohort.denominator == by_period.denominator


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: one.key)
def test_every_figure_is_made_of_what_is_counted_and_says_so_in_both_languages(one):
    assert all(map(is_counted, (*one.denominator, *one.apart)))
    assert all(any("一" <= sign <= "鿿" for sign in said) for said in (one.zh, one.cohort.zh))
    assert all(said.isascii() for said in (one.en, one.cohort.en))
    assert one.unit.zh
    assert not set(one.apart) & {*one.numerator, *one.denominator}


@pytest.mark.parametrize(
    ("first", "last", "value"),
    [
        ("2026-09-01", "2026-09-30", "39.47"),
        ("2026-09-01", None, "39.47"),
        (None, None, "39.47"),
        ("2026-08-01", "2026-09-30", "39.47"),
        ("2026-09-07", "2026-09-13", None),
        ("2026-09-01", "2026-09-29", None),
        ("2026-09-02", "2026-09-30", None),
    ],
)
def test_what_is_declared_by_the_month_has_no_rate_for_a_part_of_it(first, last, value):
    days = [date.fromisoformat(one) if one else None for one in (first, last)]
    counts = {"county": {"referral.eligible": 266, "referral.diverted": 105, "referral.succeeded": 91}}

    shown = {one.id: one for one in rates_of(FIGURES, counts, KNOWN.over(*days))}

    assert shown["diversion@1"].value == value
    assert (shown["diversion@1"].withheld == "part-of-a-month") == (value is None)
    assert shown["diversion_success@1"].value == "86.67"


def test_every_file_of_the_folder_is_a_definition():
    assert {path.name for path in PRODUCTS.iterdir()} == {f"{one.key}.yaml" for one in CATALOGUE.definitions}
