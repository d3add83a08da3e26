"""Figures that localities have published, traps included: what can be derived is, and what cannot has no value.

Sources: yearly reports of Qin'an, Tianzhu and Tianshui.
"""

import pytest

from services.metrics.catalogue import catalogue
from services.metrics.figures import figure

CATALOGUE = catalogue()
DOCKED = {"referral.diverted": 105, "referral.succeeded": 91}


def printed(name, **counts):
    return shown(name, **counts).value


def shown(name, **counts):
    """A figure of one tier, from counts in which the dots of measures are written `__`."""
    [one] = CATALOGUE.named([name])
    return figure(one, {"county": {measure.replace("__", "."): by for measure, by in counts.items()}})


def test_of_182_000_records_176_000_are_96_70_percent_and_never_what_was_printed():
    closed = {"received": 182_000, "cohort__closed": 176_000, "closed": 176_000}

    assert printed("closure_rate@1", **closed) == printed("closure_rate.period@1", **closed) == "96.70"


def test_no_rounding_of_thousands_makes_it_96_05():
    every = [
        printed("closure_rate@1", received=received, cohort__closed=closed)
        for received in (181_500, 182_000, 182_499)
        for closed in (175_500, 176_000, 176_499)
    ]

    assert (min(every), max(every)) == ("96.16", "97.24")
    assert "96.05" not in every


def test_of_6_900_appeals_4_685_are_67_90_percent():
    assert printed("resolution_rate@1", received=6_900, cohort__resolved=4_685) == "67.90"


def test_91_of_105_is_printed_in_two_ways_by_two_definitions_and_exactly_by_a_third():
    counts = {measure.replace(".", "__"): by for measure, by in DOCKED.items()}

    assert printed("diversion_success.rounded@1", **counts) == "86.7"
    assert printed("diversion_success.truncated@1", **counts) == "86.6"
    assert printed("diversion_success@1", **counts) == "86.67"


def test_39_5_percent_were_diverted_only_where_the_266_are_known_it_is_a_share_of():
    known = shown("diversion.rounded@1", referral__diverted=105, referral__eligible=266)
    unknown = shown("diversion.rounded@1", referral__diverted=105)

    assert (known.value, known.numerator, known.denominator) == ("39.5", 105, 266)
    assert (unknown.value, unknown.withheld) == (None, "no-denominator")


def test_of_526_items_raised_425_were_adopted():
    counts = {"activity__deliberation__raised": 526, "activity__deliberation__adopted": 425}

    assert printed("adoption@1", **counts) == "80.80"
    assert [printed(f"deliberation.{one}@1", **counts) for one in ("raised", "adopted")] == ["526", "425"]


@pytest.mark.parametrize(("sessions", "people"), [(92, 4_600)])
def test_sessions_of_publicity_are_counted_with_who_came(sessions, people):
    counts = {"activity__publicity": sessions, "activity__publicity__attendance": people}

    assert printed("publicity.sessions@1", **counts) == str(sessions)
    assert printed("publicity.attendance@1", **counts) == str(people)


@pytest.mark.parametrize(
    ("name", "part", "whole"),
    [
        ("relapse_30@1", "relapse.within_30", "resolutions"),
        ("relapse_90@1", "relapse.within_90", "resolutions"),
        ("whistle_rate@1", "accepted.whistled", "accepted"),
        ("suspended_share@1", "in_hand.suspended", "in_hand"),
        ("extended_share@1", "in_hand.extended", "in_hand"),
        ("struck_off_share@1", "listed.struck_off", "listed"),
    ],
)
def test_a_share_is_never_more_than_what_it_is_a_share_of(name, part, whole):
    [one] = CATALOGUE.named([name])

    a_third = figure(one, {"village": {part: 1, whole: 2}, "town": {whole: 1}})
    too_many = figure(one, {"village": {part: 2, whole: 1}})
    nothing = figure(one, {})

    assert (a_third.value, a_third.numerator, a_third.denominator) == ("33.33", 1, 3)
    assert (too_many.value, too_many.withheld) == (None, "incomplete")
    assert (nothing.value, nothing.withheld) == (None, "no-denominator")


def test_what_was_counted_before_routing_said_which_was_the_first_stands_beside_the_share():
    old = {"whistles.unnoted": 4, "suspended.unnoted": 3, "extended.unnoted": 2}
    names = ("whistle_rate@1", "suspended_share@1", "extended_share@1")

    apart = [figure(one, {"village": old}).apart for one in CATALOGUE.named(names)]

    assert apart == [{"unnoted": 4}, {"unnoted": 3}, {"unnoted": 2}]


def test_whoever_of_a_party_did_not_answer_stands_beside_its_satisfaction_by_why():
    answers = {"satisfied": 8, "dissatisfied": 2, "refused": 3, "unreachable": 4, "pending": 5, "unasked": 1}
    counts = {f"answer__applicant__{answer}": by for answer, by in answers.items()}

    found = shown("satisfaction.applicant@1", **counts)

    assert (found.value, found.denominator) == ("80.00", 10)
    assert found.apart == {"refused": 3, "unreachable": 4, "pending": 5, "unasked": 1}
