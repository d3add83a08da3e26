"""A deadline is elapsed time, or working days counted as the Civil Code counts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar import Calendar
from policy.spans import Due, Where, between, explained, span_of

HERE = Where(ZoneInfo("Asia/Shanghai"), Calendar())
EPOCH = datetime(2005, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 95 * 365 * 86400).map(lambda second: EPOCH + timedelta(seconds=second))
NUMBERS = st.integers(1, 60)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=HERE.zone)


def days(number):
    return span_of(f"{number} working days")


@pytest.mark.parametrize(
    ("begin", "number", "last"),
    [
        ("2025-09-26T10:00", 7, "2025-10-13"),  # the 28th and 11th are worked, 1 to 8 October not
        ("2025-01-24T10:00", 3, "2025-02-05"),  # Sunday the 26th is worked, then Spring Festival
        ("2026-02-13T23:59", 1, "2026-02-14"),  # a Saturday that makes up for Spring Festival
        ("2026-02-14T00:00", 1, "2026-02-24"),
        ("2026-09-30T08:00", 3, "2026-10-10"),
        ("2026-11-20T08:00", 1, "2026-11-23"),
    ],
)
def test_working_days_skip_holidays_and_count_make_up_workdays(begin, number, last):
    assert days(number).due(at(begin), HERE) == Due(HERE.end(date.fromisoformat(last)))


def test_the_day_of_the_event_does_not_count_however_early_it_was():
    assert days(1).due(at("2026-11-16T00:00"), HERE) == days(1).due(at("2026-11-16T23:59:59"), HERE)


def test_it_ends_at_24_o_clock_of_the_place():
    assert days(1).due(at("2026-11-16T09:00"), HERE).at == at("2026-11-18T00:00")


def test_local_days_are_counted():
    closed = Where(HERE.zone, Calendar(closed=frozenset({date(2026, 11, 17)})))

    assert days(1).due(at("2026-11-16T09:00"), closed).at == at("2026-11-19T00:00")


def test_a_year_nobody_published_makes_it_provisional():
    assert days(3).due(at("2100-10-01T09:00"), HERE) == Due(at("2100-10-07T00:00"), provisional=True)
    assert not span_of("P3D").due(at("2100-10-01T09:00"), HERE).provisional


def test_elapsed_time_knows_no_days_off():
    assert span_of("P7D").due(at("2026-09-30T08:00"), HERE) == Due(at("2026-10-07T08:00"))


@given(MOMENTS, NUMBERS)
def test_as_many_days_count_as_were_asked_for_and_the_last_one_does(begin, number):
    due = days(number).due(begin, HERE)

    told = list(explained(begin, due, HERE))

    assert sum(one.counted for one in told) == number
    assert told[-1].counted
    assert due.provisional == any(not one.known for one in told)


@given(MOMENTS, NUMBERS, st.integers(0, 100 * 86400))
def test_a_pause_that_ends_at_once_changes_nothing(begin, number, seconds):
    span = days(number)
    due = span.due(begin, HERE)
    moment = min(begin + timedelta(seconds=seconds), due.at - timedelta(seconds=1))

    again = span.left(moment, due, HERE).due(moment, HERE)

    today = HERE.calendar.day(HERE.day(moment))
    assert again.at == due.at or (not today.counted and span.left(moment, due, HERE).length == 0)


@given(MOMENTS, st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_pause_moves_elapsed_time_by_its_length(begin, length, before, pause):
    span = span_of(timedelta(seconds=length))
    due = span.due(begin, HERE)
    stopped = begin + timedelta(seconds=min(before, length))
    resumed = stopped + timedelta(seconds=pause)

    assert span.left(stopped, due, HERE).due(resumed, HERE).at == due.at + timedelta(seconds=pause)


@given(MOMENTS, NUMBERS, NUMBERS)
def test_an_extension_is_as_long_as_if_it_had_been_given_at_once(begin, number, more):
    extended = days(more).after(days(number).due(begin, HERE), HERE)

    assert extended == days(number + more).due(begin, HERE)


def test_a_pause_on_the_last_day_leaves_the_day_of_its_end_or_the_next_working_day():
    due = days(1).due(at("2026-11-16T09:00"), HERE)

    left = days(1).left(at("2026-11-17T09:00"), due, HERE)

    assert left.length == 0
    assert left.due(at("2026-11-19T09:00"), HERE).at == at("2026-11-20T00:00")
    assert left.due(at("2026-11-21T09:00"), HERE).at == at("2026-11-24T00:00")


def test_days_between_come_in_order():
    assert [one.on.day for one in between(date(2026, 11, 1), date(2026, 11, 3), HERE.calendar)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT4H", timedelta(hours=4)),
        ("P7D", timedelta(days=7)),
        ("1 working day", 1),
        ("7 working days", 7),
        ("7个工作日", 7),
        ("7 个工作日", 7),
        (timedelta(minutes=1), timedelta(minutes=1)),
    ],
)
def test_what_a_span_may_be(text, length):
    assert span_of(text).length == length
    assert span_of(span_of(text).text) == span_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        7,
        None,
        True,
        "soon",
        "-P1D",
        "PT0S",
        "0 working days",
        "7 days",
        "P11Y",
        "4000 working days",
        "P",
    ],
)
def test_what_is_no_span(text):
    with pytest.raises(ValueError, match=r"write an ISO|greater than|at most"):
        span_of(text)
