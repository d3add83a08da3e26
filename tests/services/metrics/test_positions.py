"""A rebuild counts what the live service had counted: each event once, up to where its stream stands."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.envelope import Stream
from services.metrics.rebuild.positions import Hole, Positions

ONE = Stream("village.routing", "one")
OTHER = Stream("village.routing", "other")


def taken(positions, *numbers, stream=ONE):
    return [seq for seq in numbers if positions.takes(stream, seq)]


def test_what_the_service_has_applied_is_taken_once():
    positions = Positions({ONE: 3})

    assert taken(positions, 1, 2, 2, 1, 3, 3) == [1, 2, 3]
    assert (positions.repeated, positions.ahead, list(positions.holes())) == (3, 0, [])


def test_what_the_service_has_not_applied_yet_is_left_to_it():
    positions = Positions({ONE: 2})

    assert taken(positions, 1, 2, 3, 4) == [1, 2]
    assert taken(positions, 1, stream=OTHER) == []
    assert (positions.ahead, list(positions.holes())) == (3, [])


def test_a_stream_whose_beginning_is_gone_is_a_hole():
    positions = Positions({ONE: 4, OTHER: 1})

    assert taken(positions, 3, 4) == [3, 4]
    assert list(positions.holes()) == [Hole(ONE, 1, 4), Hole(OTHER, 1, 1)]


def test_what_was_discarded_is_neither_taken_nor_missed():
    positions = Positions({ONE: 4, OTHER: 1}, [(ONE, 1), (ONE, 3), (OTHER, 1)])

    assert taken(positions, 1, 2, 3, 4) == [2, 4]
    assert list(positions.holes()) == []


@given(st.permutations(range(1, 9)), st.lists(st.integers(1, 12), max_size=20), st.sets(st.integers(1, 8)))
def test_in_whatever_order_and_however_often_events_come_each_is_taken_once(order, again, discarded):
    positions = Positions({ONE: 8}, [(ONE, seq) for seq in discarded])

    found = taken(positions, *order, *again)

    assert sorted(found) == sorted(set(range(1, 9)) - discarded)
    assert list(positions.holes()) == []


@given(st.sets(st.integers(1, 8)), st.lists(st.integers(1, 8), max_size=20))
def test_the_first_number_that_never_came_is_named(discarded, came):
    positions = Positions({ONE: 8}, [(ONE, seq) for seq in discarded])
    missing = set(range(1, 9)) - discarded - set(came)

    taken(positions, *came)

    assert list(positions.holes()) == ([Hole(ONE, min(missing), 8)] if missing else [])
