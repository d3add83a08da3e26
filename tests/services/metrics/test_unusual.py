"""A day is unusual when it is far from what its weekday has had; noise, weekends, days off and seasons are not."""

from datetime import date, timedelta

import pytest

from policy.calendar import Calendar
from policy.watching import Unusual
from services.metrics.unusual import Series, days_needed, judge, weekday
from tests.services.metrics.years import BEGIN, LIKE, a_year, days

RULES = Unusual()
JUDGED = BEGIN + timedelta(weeks=52)


def judged(series, number=365, begin=JUDGED):
    """The unusual ones of so many days."""
    found = {day: judge(series, day, LIKE, RULES) for day in days(begin, number)}
    return {day: mark for day, mark in found.items() if mark is not None}


def steady(count, weeks=12):
    """So many on every working day, and a few on Saturdays and Sundays."""
    seen = {day: count if LIKE(day) < 5 else 3 for day in days(BEGIN, 7 * weeks)}
    return Series(seen, BEGIN)


def with_day(series, day, count):
    return Series({**series.seen, day: count}, series.begins)


def a_weekday(series, at=4):
    """A Wednesday of a quiet time of the year, eight weeks and more after the beginning."""
    return next(day for day in days(BEGIN + timedelta(weeks=8, days=at), 7) if LIKE(day) == 2)


@pytest.mark.wide
@pytest.mark.parametrize("level", [0.5, 2, 10, 40])
def test_poisson_noise_is_hardly_ever_unusual(level):
    """Six seeded years at each level, weekdays, days off and seasons in them: at most 1 day in 700."""
    marks = sum(len(judged(a_year(seed, level))) for seed in range(6))

    assert marks <= 3


@pytest.mark.wide
def test_days_that_scatter_more_are_judged_by_their_own_scatter():
    """Half as much again as Poisson numbers, on average of four levels: at most 3 days in 1,000."""
    marks = sum(
        len(judged(a_year(seed, level, scatter=1.5))) for level in (0.5, 2, 10, 40) for seed in range(3)
    )

    assert marks <= 12 * 365 * 3 / 1000


@pytest.mark.parametrize(("level", "times"), [(2, 8), (10, 3), (40, 2)])
def test_planted_spikes_are_found(level, times):
    found = 0
    for seed in range(20):
        series = a_year(seed, level)
        day = JUDGED + timedelta(days=11 * seed)
        expected = max(level * 1.0, series.seen[day])
        mark = judge(with_day(series, day, round(times * expected) + 2), day, LIKE, RULES)
        found += mark is not None and mark.kind == "spike"

    assert found >= 17


@pytest.mark.parametrize(("level", "left"), [(40, 0.1), (120, 0.3)])
def test_planted_silences_are_found(level, left):
    found = 0
    for seed in range(20):
        series = a_year(seed, level)
        day = next(one for one in days(JUDGED + timedelta(days=11 * seed), 7) if LIKE(one) < 5)
        mark = judge(with_day(series, day, round(left * series.seen[day])), day, LIKE, RULES)
        found += mark is not None and mark.kind == "silence"

    assert found >= 17


def test_a_mark_says_what_was_seen_what_was_expected_and_how_far_apart():
    series, day = steady(16), a_weekday(steady(16))

    mark = judge(with_day(series, day, 49), day, LIKE, RULES)

    assert (mark.kind, mark.seen, mark.expected, mark.season) == ("spike", 49, 16, 1.0)
    assert mark.score == pytest.approx(2 * (49.375**0.5 - 16.375**0.5))
    assert judge(with_day(series, day, 36), day, LIKE, RULES) is None


def test_a_silence_needs_enough_to_be_missed():
    few, many = steady(15), steady(16)
    day = a_weekday(few)

    assert judge(with_day(few, day, 0), day, LIKE, RULES) is None
    assert judge(with_day(many, day, 0), day, LIKE, RULES).kind == "silence"


def test_a_day_is_compared_with_its_own_weekday():
    series = steady(60)
    sunday = next(day for day in days(a_weekday(series), 7) if LIKE(day) == 6)

    assert judge(series, sunday, LIKE, RULES) is None
    assert judge(with_day(series, sunday, 60), sunday, LIKE, RULES).expected == 3


def test_a_day_off_counts_as_a_sunday_and_a_make_up_workday_as_a_friday():
    """2026: National Day on 1 October, a Thursday; 10 October, a Saturday, makes up for it."""
    like = weekday(Calendar())

    assert [like(date(2026, 10, day)) for day in (1, 10, 14, 18)] == [6, 4, 2, 6]


def test_a_locality_that_opens_every_saturday_has_saturdays():
    like = weekday(Calendar(open_weekly=frozenset({5})))

    assert like(date(2026, 11, 21)) == 5


def test_one_wild_day_before_neither_hides_nor_makes_an_unusual_one():
    series, day = steady(16), a_weekday(steady(16))
    wild = with_day(series, day - timedelta(days=7), 900)

    assert judge(with_day(wild, day, 16), day, LIKE, RULES) is None
    assert judge(with_day(wild, day, 49), day, LIKE, RULES).expected == 16


def test_nothing_is_said_before_enough_weeks_are_known():
    series, day = steady(16), BEGIN + timedelta(weeks=8)
    spike = with_day(series, day, 90)

    assert judge(spike, day, LIKE, RULES) is not None
    assert judge(Series(spike.seen, BEGIN + timedelta(days=1)), day, LIKE, RULES) is None


def test_what_comes_back_every_year_is_expected():
    """Three times as many for five weeks from the middle of June on, each year."""
    high = {day for begin in (date(2023, 6, 12), date(2024, 6, 10)) for day in days(begin, 35)}
    seen = {day: 30 if day in high else 10 for day in days(BEGIN, 700)}
    day = date(2024, 6, 13)

    assert judge(Series(seen, date(2024, 1, 1)), day, LIKE, RULES).season == 1.0
    assert judge(Series(seen, BEGIN), day, LIKE, RULES) is None
    assert judge(Series(seen | {day: 60}, BEGIN), day, LIKE, RULES).season == 2.0


def test_what_has_to_be_known_covers_the_weeks_before_and_those_of_three_earlier_years():
    day = date(2026, 11, 18)

    recent, *earlier = days_needed(day, RULES)

    assert recent == (date(2026, 9, 23), day)
    assert earlier[0] == (date(2025, 9, 24), date(2025, 11, 29))
    assert len(earlier) == 3
