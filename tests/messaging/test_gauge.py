"""A number nobody has looked at for a while is not told as if it were known."""

import pytest

from messaging.gauge import Gauge


class Clock:
    """A clock that stands until it is moved."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def gauge(clock):
    return Gauge(10, clock)


def test_before_the_first_look_nobody_knows(gauge):
    assert gauge.value is None


def test_what_was_seen_is_told_until_it_is_too_old(gauge, clock):
    gauge.note(0, gauge.begin())

    clock.now += 10
    known = gauge.value
    clock.now += 1

    assert (known, gauge.value) == (0, None)


def test_a_look_that_took_long_is_as_old_as_its_beginning(gauge, clock):
    begun = gauge.begin()
    clock.now += 11

    gauge.note(0, begun)

    assert gauge.value is None


def test_a_look_that_failed_leaves_nothing_known(gauge):
    gauge.note(7, gauge.begin())
    gauge.note(None, gauge.begin())

    assert gauge.value is None
