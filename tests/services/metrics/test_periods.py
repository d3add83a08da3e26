"""Periods are calendar periods: they follow each other without a gap, and each day lies in one of each kind."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.periods import HOW, KINDS, Period, between, of, parse

DAYS = st.dates(date(1990, 1, 1), date(2200, 12, 31))
KIND = st.sampled_from(KINDS)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22)),
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),  # ISO: the week of the first Thursday
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_known_by_what_is_written(written, first, last):
    found = parse(written)

    assert (found.first, found.last, str(found)) == (first, last, written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2025-W53", "there is no such week"),
        ("2026-W00", "there is no such week"),
        ("2026-13", "there is no such month"),
        ("2026-02-29", "there is no such day"),
        ("0001", "must lie between the years 1900 and 9000"),
        ("9999-W52", "must lie between the years 1900 and 9000"),
        *(
            (one, HOW)
            for one in ("", "2026-Q5", "2026-1", "26-01", "２０２６", "2026-11 ", "november", "2026-W7")
        ),
    ],
)
def test_what_is_no_period_is_refused_and_said_why(written, said):
    with pytest.raises(ValueError, match=said):
        parse(written)


@given(KIND, DAYS)
def test_what_is_written_is_read_as_the_same_period(kind, day):
    one = of(kind, day)

    assert parse(str(one)) == one


@given(KIND, DAYS)
def test_a_day_lies_in_its_period_and_periods_follow_without_a_gap(kind, day):
    one = of(kind, day)

    assert day in one
    assert one.last + DAY == one.next.first
    assert one.next.previous == one
    assert one.previous.next == one
    assert one.next.first not in one


@given(KIND, DAYS, st.integers(0, 800))
def test_the_periods_between_two_days_have_every_day_once(kind, first, days):
    last = first + days * DAY

    found = list(between(kind, first, last))

    assert first in found[0]
    assert last in found[-1]
    assert all(one.next == after for one, after in pairwise(found))
    assert sum((one.last - one.first).days + 1 for one in found) == (found[-1].last - found[0].first).days + 1


@given(KIND, DAYS, DAYS)
def test_periods_of_a_kind_sort_as_their_days_do(kind, one, other):
    earlier, later = of(kind, min(one, other)), of(kind, max(one, other))

    assert str(earlier) <= str(later)


@given(st.sampled_from(["month", "quarter", "year"]), DAYS)
def test_longer_periods_are_made_of_whole_shorter_ones(kind, day):
    one = of(kind, day)
    shorter = {"month": "day", "quarter": "month", "year": "quarter"}[kind]

    parts = list(between(shorter, one.first, one.last))

    assert (parts[0].first, parts[-1].last) == (one.first, one.last)


def test_a_period_is_named_in_both_languages():
    named = [(one.zh, one.en) for one in map(parse, ("2026-11-02", "2026-W47", "2026-11", "2026-Q4", "2026"))]

    assert named == [
        ("2026年11月2日", "2026-11-02"), ("2026年第47周", "2026-W47"), ("2026年11月", "November 2026"),
        ("2026年第四季度", "Q4 2026"), ("2026年", "2026"),
    ]  # fmt: skip


def test_periods_can_be_told_apart_although_they_begin_on_the_same_day():
    assert Period("year", date(2026, 1, 1)) != Period("quarter", date(2026, 1, 1))
