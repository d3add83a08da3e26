"""Days are working days as the State Council published them, unless the locality says otherwise."""

from datetime import date

import pytest
from pydantic import ValidationError

from policy.calendar import WORDS, Calendar
from policy.days import LocalDays

COUNTRY = Calendar()


@pytest.mark.parametrize(
    ("day", "counted", "why", "holiday"),
    [
        ("2025-01-26", True, "make-up-workday", "Spring Festival"),
        ("2025-01-28", False, "holiday", "Spring Festival"),
        ("2025-02-04", False, "holiday", "Spring Festival"),
        ("2025-02-08", True, "make-up-workday", "Spring Festival"),
        ("2025-09-28", True, "make-up-workday", "National Day"),
        ("2025-10-11", True, "make-up-workday", "National Day"),
        ("2025-10-12", False, "weekend", None),
        ("2026-02-14", True, "make-up-workday", "Spring Festival"),
        ("2026-02-17", False, "holiday", "Spring Festival"),
        ("2026-02-28", True, "make-up-workday", "Spring Festival"),
        ("2026-09-20", True, "make-up-workday", "National Day"),
        ("2026-10-10", True, "make-up-workday", "National Day"),
        ("2026-10-07", False, "holiday", "National Day"),
        ("2026-10-08", True, "working-day", None),
    ],
)
def test_statutory_days(day, counted, why, holiday):
    found = COUNTRY.day(date.fromisoformat(day))

    assert (found.counted, found.why, found.holiday, found.known) == (counted, why, holiday, True)


def test_a_locality_s_own_days_win():
    local = Calendar(closed=frozenset({date(2026, 11, 20)}), open=frozenset({date(2026, 10, 1)}))

    off, on = local.day(date(2026, 11, 20)), local.day(date(2026, 10, 1))

    assert (off.counted, off.why) == (False, "local-day-off")
    assert (on.counted, on.why) == (True, "local-working-day")


def test_of_a_year_nobody_published_only_the_weekends_are_known():
    friday, saturday = COUNTRY.day(date(2100, 10, 1)), COUNTRY.day(date(2100, 10, 2))

    assert (friday.counted, friday.why, friday.known) == (True, "year-not-known", False)
    assert (saturday.counted, saturday.why, saturday.known) == (False, "weekend", False)


def test_a_local_day_is_known_in_any_year():
    assert Calendar(closed=frozenset({date(2100, 10, 1)})).day(date(2100, 10, 1)).known


def test_every_reason_is_said_in_both_languages():
    assert all(zh and en for zh, en in WORDS.values())
    assert COUNTRY.day(date(2026, 10, 1)).words == (
        "法定节假日（国庆节）",
        "Statutory holiday (National Day)",
    )


WEEKLY = LocalDays(open_weekly=("saturday",), closed_weekly=("wednesday",)).calendar


@pytest.mark.parametrize(
    ("on", "counted", "why"),
    [
        (date(2026, 11, 14), True, "local-working-day"),  # a Saturday
        (date(2026, 11, 18), False, "local-day-off"),  # a Wednesday
        (date(2026, 11, 15), False, "weekend"),
        (date(2026, 10, 3), False, "holiday"),  # a Saturday of the National Day
        (date(2100, 6, 5), True, "local-working-day"),  # a Saturday of a year that is not known
        (date(2100, 6, 2), False, "local-day-off"),
    ],
)
def test_a_day_of_every_week_is_the_locality_s_where_the_country_has_no_holiday(on, counted, why):
    day = WEEKLY.day(on)

    assert (day.counted, day.why) == (counted, why)
    assert day.known == (on.year < 2100)


def test_a_make_up_workday_is_one_on_whichever_day_of_the_week():
    closed = LocalDays(closed_weekly=("sunday",)).calendar

    assert closed.day(date(2026, 9, 20)).why == "make-up-workday"


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        (
            {"open_weekly": ("saturday",), "closed_weekly": ("saturday",)},
            "closed and open every week: saturday",
        ),
        (
            {"closed_weekly": ("monday", "tuesday", "wednesday", "thursday", "friday")},
            "no working day is left in a week",
        ),
        ({"closed_weekly": ("mon",)}, "Input should be"),
    ],
)
def test_a_week_without_an_end_is_refused(days, problem):
    with pytest.raises(ValidationError, match=problem):
        LocalDays(**days)
