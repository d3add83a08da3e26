"""The watchdog ends a process that has work, does none, and has nobody to wait for."""

import pytest

from messaging.watchdog import PATIENCE_S, Stall

START = 1000.0
OVER = START + PATIENCE_S + 1


def watched(**changes):
    """A stall that saw lag without progress begin, and is asked again later."""
    stall = Stall()
    look = {"lag": 5, "progress": 3, "held": False}
    stall.stalled(**look, now=START)
    return stall.stalled(**(look | {"now": OVER} | changes))


def test_lag_without_progress_for_longer_than_patience_is_a_stall():
    assert watched()


@pytest.mark.parametrize(
    "excuse",
    [{"now": START + PATIENCE_S}, {"lag": 0}, {"progress": 4}, {"held": True}],
    ids=["patience is not over", "nothing to do", "something was done", "somebody is waited for"],
)
def test_an_excuse_is_heard(excuse):
    assert not watched(**excuse)


def test_a_fresh_process_is_given_its_time_whatever_the_clock_shows():
    assert not Stall().stalled(lag=5, progress=0, held=False, now=1e9)


def test_an_excuse_begins_the_time_anew():
    stall = Stall()
    stall.stalled(lag=5, progress=1, held=False, now=START)
    stall.stalled(lag=5, progress=1, held=True, now=OVER)

    assert not stall.stalled(lag=5, progress=1, held=False, now=OVER + PATIENCE_S)
    assert stall.stalled(lag=5, progress=1, held=False, now=OVER + PATIENCE_S + 1)
