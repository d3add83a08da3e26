"""A figure is final when its period is over, its settling days are over, and every tier is known past that end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import TIERS
from services.metrics.finality import WORDS, standing

ZONE = ZoneInfo("Asia/Shanghai")
LAST = date(2026, 10, 31)
END = datetime(2026, 10, 31, 16, tzinfo=UTC)  # midnight in the centre's zone
HOUR = timedelta(hours=1)


def known(now, *, behind=timedelta(), tiers=TIERS):
    """All tiers current at `now`, the town behind."""
    heard = {tier: now - (behind if tier == "town" else timedelta()) for tier in tiers}
    return standing(now, heard, TIERS, ZONE).over(None, LAST)


@pytest.mark.parametrize(
    ("found", "settles_days", "why"),
    [
        (known(END + HOUR).over(LAST, None), 0, "open-ended"),
        (known(END - timedelta(microseconds=1)), 0, "running"),
        (known(END), 0, None),
        (known(END), 30, "settling"),
        (known(END + timedelta(days=30) - HOUR), 30, "settling"),
        (known(END + timedelta(days=30)), 30, None),
        (known(END + HOUR, behind=2 * HOUR), 0, "tier-behind"),
        (known(END + HOUR, behind=HOUR), 0, None),
        (known(END + HOUR, tiers=("county", "village")), 0, "tier-behind"),
        (known(END + HOUR, tiers=()), 0, "tier-behind"),
    ],
)
def test_a_figure_is_final_or_says_why_not(found, settles_days, why):
    assert found.provisional(settles_days) == why


def test_a_figure_is_as_of_the_tier_that_is_furthest_behind():
    assert known(END, behind=HOUR).as_of == END - HOUR


@pytest.mark.parametrize("there", [("village", "county"), ("village", "town"), ("village",)])
def test_a_county_without_one_of_the_tiers_waits_for_those_it_has_and_no_others(there):
    late = END + timedelta(days=9)
    last_seen = dict.fromkeys(TIERS, END - HOUR)  # of a tier that went, as of then
    behind = standing(late, dict.fromkeys(there[1:], late), there, ZONE).over(None, LAST)
    current = standing(late, last_seen | dict.fromkeys(there, late), there, ZONE).over(None, LAST)

    assert behind.provisional(0) == "tier-behind"
    assert (current.provisional(0), current.as_of) == (None, late)


def test_a_tier_that_is_ahead_of_our_clock_is_believed_up_to_now_only():
    found = standing(END, dict.fromkeys(TIERS, END + HOUR), TIERS, ZONE).over(None, LAST)

    assert found.as_of == END
    assert known(END - HOUR).provisional(0) == "running"


@given(st.integers(0, 90), st.integers(0, 200), st.integers(0, 200))
def test_what_is_final_stays_final_as_time_goes_on(settles_days, hours, later):
    before, after = (known(END + timedelta(days=one)) for one in (hours, hours + later))

    assert before.provisional(settles_days) is not None or after.provisional(settles_days) is None


def test_every_reason_is_said_in_both_languages():
    assert all(zh and en for zh, en in WORDS.values())
