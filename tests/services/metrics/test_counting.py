"""Durations fall into buckets that stand for them, and have neither category nor channel."""

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.counting import ERROR, bucket_of, seconds_of
from tests.builders import VILLAGE, resolved
from tests.services.metrics.counted import cells


def test_durations_have_neither_category_nor_channel():
    [cell] = [one for one in cells(resolved()) if one.measure.startswith("time_to_resolve")]

    assert (cell.category, cell.channel, cell.area) == ("", "", VILLAGE)


@given(st.floats(0, 1e9))
def test_a_bucket_stands_for_its_durations_within_the_error(seconds):
    said = seconds_of(bucket_of(seconds))

    assert abs(said - seconds) <= ERROR * max(seconds, 1) * 1.000001 or seconds <= 1


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_longer_durations_never_fall_in_lower_buckets(one, other):
    assert (bucket_of(one) <= bucket_of(other)) or one > other
