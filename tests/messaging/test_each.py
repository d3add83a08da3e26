"""A batch is walked so that a message that cannot work stops only its own stream."""

import dataclasses

import pytest

from messaging.each import each
from messaging.errors import Rejected
from tests.builders import a_message


def refusing(*bad):
    """A step that refuses some (key, seq), and remembers what it did."""
    done = []

    def step(message):
        place = (message.record.key.decode(), message.seq)
        if place in bad:
            raise Rejected("forbidden-transition")
        done.append(place)

    return step, done


def test_all_are_walked_in_order():
    step, done = refusing()

    faults = each([a_message(1, key="a"), a_message(1, key="b"), a_message(2, key="a")], step)

    assert done == [("a", 1), ("b", 1), ("a", 2)]
    assert list(faults.applied(3)) == [0, 1, 2]


def test_fellows_of_a_refused_one_wait_and_others_go_on():
    step, done = refusing(("a", 1))
    batch = [a_message(1, key="a"), a_message(1, key="b"), a_message(2, key="a"), a_message(3, key="a")]

    faults = each(batch, step)

    assert done == [("b", 1)]
    assert list(faults.rejected) == [0]
    assert faults.waiting == {2, 3}
    assert list(faults.applied(4)) == [1]


def test_without_a_stream_nobody_waits():
    step, done = refusing(("a", 1))
    batch = [dataclasses.replace(one, stream=None) for one in (a_message(1, key="a"), a_message(2, key="a"))]

    faults = each(batch, step)

    assert done == [("a", 2)]
    assert not faults.waiting


def test_a_bug_passes_through():
    def step(message):
        raise KeyError(message.seq)

    with pytest.raises(KeyError):
        each([a_message(1)], step)
