"""The day of a moment is that of the time zone, however it was written and whatever was asked before."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from services.metrics import counting
from services.metrics.counting import day_of

ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Asia/Shanghai", "Asia/Kolkata", "America/St_Johns", "UTC")]
)
OFFSETS = st.one_of(
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from([UTC, ZoneInfo("Africa/Monrovia"), ZoneInfo("Europe/Berlin")]),
)
FIRST, LAST = (datetime(year, 1, 1) for year in (1900, 2100))  # noqa: DTZ001 - the zone is drawn with the rest
MOMENTS = st.datetimes(FIRST, LAST, timezones=OFFSETS)
BEFORE_1901 = ZoneInfo("Asia/Shanghai")
"""Its clocks were 8 h 5 min 43 s ahead then."""


@given(MOMENTS, ZONES, st.lists(st.integers(-90, 90), max_size=5))
@example(datetime(1900, 5, 1, 15, 54, 10, tzinfo=UTC), BEFORE_1901, [7])
@example(datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC), ZoneInfo("Asia/Shanghai"), [1])
def test_the_day_of_a_moment_is_the_zones_own(moment, zone, seconds):
    others = [moment + timedelta(seconds=one) for one in seconds]

    for one in (moment, *others, moment):
        assert day_of(one, zone) == one.astimezone(zone).date().isoformat()


def test_what_is_kept_is_bounded(monkeypatch):
    monkeypatch.setattr(counting, "KEPT", 10)

    for minute in range(100):
        day_of(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=minute), ZoneInfo("Asia/Shanghai"))

    assert len(counting._DAYS) <= 10
