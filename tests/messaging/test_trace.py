"""A trace is taken over from whoever calls, begun where nobody did, and checked in both cases."""

import pytest

from messaging.trace import begin, carried, sampled

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BAD = [
    "", "x", GIVEN.upper(), GIVEN[:-1], GIVEN + "0", GIVEN + "\n", "ff" + GIVEN[2:],
    "00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
]  # fmt: skip


UNRECORDED = GIVEN[:-2] + "00"


def test_a_valid_trace_goes_on_as_it_is():
    assert begin(UNRECORDED) == UNRECORDED
    assert carried(GIVEN) == GIVEN


@pytest.mark.parametrize("flags", ["01", "03", "ff"])
def test_a_stranger_s_wish_to_be_recorded_does_not_go_on_but_their_trace_does(flags):
    goes_on = begin(GIVEN[:-2] + flags)

    assert goes_on[:36] == GIVEN[:36]
    assert carried(goes_on) == goes_on
    assert goes_on[36:52] != GIVEN[36:52], "a span that says otherwise is another span"
    assert (sampled(GIVEN), sampled(goes_on)) == (True, False)


@pytest.mark.parametrize("given", [*BAD, None, UNRECORDED])
def test_what_is_invalid_is_not_recorded_whatever_it_ends_with(given):
    assert not sampled(given)


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
