"""A trace is taken over from whoever calls, begun where nobody did, and checked in both cases."""

import pytest

from messaging.trace import begin, carried

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BAD = [
    "", "x", GIVEN.upper(), GIVEN[:-1], GIVEN + "0", GIVEN + "\n", "ff" + GIVEN[2:],
    "00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
]  # fmt: skip


def test_a_valid_trace_goes_on_as_it_is():
    assert begin(GIVEN) == GIVEN
    assert carried(GIVEN) == GIVEN


@pytest.mark.parametrize("given", BAD)
def test_an_invalid_trace_is_never_carried(given):
    assert carried(given) is None
    assert begin(given) != given


def test_a_new_trace_is_valid_and_never_the_same():
    first, second = begin(), begin()

    assert carried(first) == first
    assert first != second


def test_where_nobody_sent_one_none_is_carried():
    assert carried(None) is None
