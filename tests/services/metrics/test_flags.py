"""What gaming looks like is flagged with what was seen and what was expected; ordinary months are not."""

import random
from datetime import date, timedelta

import pytest

from policy.watching import Flags, MonthEnd
from services.metrics.flags import burst, flags

DAYS = [(date(2026, 11, 1) + timedelta(days=at)).isoformat() for at in range(30)]


def raised(counts, rules=None, roles=("applicant",)):
    """The flags of a month, all of whose counts lie on one day in its middle unless they are given by day."""
    daily = counts if DAYS[0] in counts else {DAYS[14]: counts}
    return list(flags(daily, DAYS, roles, rules or Flags()))


def kinds(counts, **given):
    return {(one.kind, one.about) for one in raised(counts, **given)}


def month(*counts, measure="resolutions"):
    """A month by day."""
    return {day: {measure: count} for day, count in zip(DAYS, counts, strict=True)}


def test_reports_settled_by_the_hand_that_made_them_are_flagged_with_their_share():
    [flag] = raised(
        {
            "resolutions": 50,
            "one_hand.resolved.known": 30,
            "one_hand.resolved.10": 6,
            "one_hand.resolved.60": 30,
        }
    )

    assert (flag.kind, flag.about) == ("one-hand", "resolved")
    assert flag.seen == {"by_one_hand": 6, "known": 30, "all": 50}
    assert flag.expected == {"minutes": "10", "least": "5", "percent": "20"}


def test_a_smaller_share_or_too_few_by_one_hand_are_not():
    assert kinds({"one_hand.resolved.known": 31, "one_hand.resolved.10": 6}) == set()
    assert kinds({"one_hand.resolved.known": 4, "one_hand.resolved.10": 4}) == set()


def test_closings_by_the_hand_that_reported_are_a_flag_of_their_own():
    assert kinds({"closed": 20, "one_hand.closed.known": 20, "one_hand.closed.10": 5}) == {
        ("one-hand", "closed")
    }


def test_what_was_closed_and_opened_again_is_flagged_against_all_closings():
    [flag] = raised({"closed": 27, "closed_undone": 3})

    assert (flag.kind, flag.seen) == ("closed-and-reopened", {"reopened": 3, "closed": 30})
    assert kinds({"closed": 28, "closed_undone": 3}) == set()
    assert kinds({"closed": 0, "closed_undone": 2}) == set()


def test_always_the_same_answer_is_flagged_by_role():
    [flag] = raised(
        {"answer.applicant.satisfied": 20, "answer.applicant.pending": 7, "answer.respondent.satisfied": 40}
    )

    assert (flag.kind, flag.about, flag.seen) == ("same-answer", "applicant", {"satisfied": 20})


def test_one_other_answer_or_too_few_answers_are_as_people_are():
    assert kinds({"answer.applicant.satisfied": 200, "answer.applicant.dissatisfied": 1}) == set()
    assert kinds({"answer.applicant.satisfied": 19}) == set()


def test_always_nobody_there_is_the_same_answer_too():
    assert kinds({"answer.applicant.unreachable": 25}) == {("same-answer", "applicant")}


def test_a_burst_in_the_last_days_is_flagged_with_what_is_usual():
    [flag] = raised(month(*[2, 3, 2] * 9, 12, 15, 20))

    assert (flag.kind, flag.about, flag.seen) == ("month-end", "resolved", {"last_days": 47})
    assert flag.expected == {"usual": "6.0", "limit": "18.0", "days": "3"}


@pytest.mark.parametrize("measure", ["closed", "closed_undone"])
def test_closings_are_looked_at_too_whatever_became_of_them(measure):
    found = kinds(month(*[1] * 27, 9, 9, 9, measure=measure))

    assert ("month-end", "closed") in found


def test_one_wild_day_in_the_middle_hides_no_burst():
    """The median does not move with it, as a mean would."""
    assert kinds(month(*[2] * 13, 200, *[2] * 13, 8, 8, 8)) == {("month-end", "resolved")}


def test_few_matters_are_no_burst_however_many_times_the_usual():
    assert kinds(month(*[0] * 27, 3, 3, 3)) == set()


def test_what_lies_within_the_months_own_noise_is_no_burst():
    noisy = [0, 0, 30, 0, 25, 0, 35, 0, 28] * 3

    assert kinds(month(*noisy, 30, 30, 30)) == set()


def test_where_most_days_have_none_their_mean_is_the_usual_day():
    found = burst([0, 0, 3] * 9 + [4, 4, 4], MonthEnd())

    assert (found.seen, found.expected) == (12, 3.0)


@pytest.mark.wide
def test_ordinary_months_are_hardly_ever_flagged():
    """Two thousand Poisson months at three levels, with quiet weekends; seeded."""
    dice, found = random.Random(20261122), 0
    for at in range(2000):
        level = (1.0, 5.0, 20.0)[at % 3]
        rest = [0.3 if (day + at) % 7 in {5, 6} else 1.0 for day in range(30)]
        counts = [sum(dice.random() < level * share / 100 for _ in range(100)) for share in rest]
        found += bool(kinds(month(*counts)))

    assert found == 0
