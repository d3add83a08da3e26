"""How much one sender may ask: never more than their quota in any window, as much again as time passes, all bounded."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.turnstile import KINDS, Bounds, Quota, TooMany, TooOften, Turnstile, quota

ROOMS = {
    "reads": "requests",
    "writes": "requests",
    "exports": "exports",
    "streams": "streams",
    "files": "files",
}
"""By hand: a stream of hours must not take the place of a request, nor an export that of a connection."""


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def a_turnstile(clock=None, most=10_000, quotas=None, each=None, every=None):
    quotas = {"reads": Quota(5, 10)} if quotas is None else quotas
    return Turnstile(Bounds(quotas, each or {}, every or {}), clock or Clock(), most)


def ask(turnstile, name="a", kind="reads"):
    """Whether one request is let in; it leaves at once."""
    try:
        with turnstile.entered(name, kind):
            return True
    except TooOften:
        return False


def test_a_quota_may_be_used_at_once_and_then_comes_back_one_by_one():
    clock = Clock()
    turnstile = a_turnstile(clock)

    assert [ask(turnstile) for _ in range(7)] == [True] * 5 + [False] * 2
    clock.now += 2
    assert [ask(turnstile) for _ in range(2)] == [True, False]
    clock.now += 1000
    assert [ask(turnstile) for _ in range(7)] == [True] * 5 + [False] * 2


def test_who_comes_again_when_they_were_told_to_is_let_in():
    clock = Clock()
    turnstile = a_turnstile(clock, quotas={"reads": Quota(7, 3)})
    while ask(turnstile):
        clock.now += 0.01

    with pytest.raises(TooOften) as told, turnstile.entered("a", "reads"):
        pass
    clock.now += told.value.wait_s

    assert ask(turnstile)


@given(
    number=st.integers(1, 50),
    seconds=st.integers(1, 100),
    pauses=st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_no_time_however_long_has_more_than_a_quota_and_its_share_of_the_next(number, seconds, pauses):
    clock = Clock()
    turnstile = a_turnstile(clock, quotas={"reads": Quota(number, seconds)})
    let_in = []
    for one in pauses:
        clock.now += one
        let_in += [clock.now] if ask(turnstile) else []

    for at in let_in:
        for length in (seconds, 3 * seconds):
            most = number + length * number / seconds
            assert len([one for one in let_in if at <= one <= at + length]) <= most + 1


def said(turnstile):
    """How much is left, as an answer says it after one more request."""
    try:
        with turnstile.entered("a", "reads") as left:
            return left.number
    except TooOften as no:
        return no.left.number


@given(st.lists(st.floats(0, 3), min_size=1, max_size=100))
def test_as_much_as_is_said_to_be_left_is_left_and_no_more(pauses):
    clock = Clock()
    turnstile = a_turnstile(clock)
    for one in pauses:
        clock.now += one
        left = said(turnstile)

    assert [ask(turnstile) for _ in range(left + 1)] == [True] * left + [False]


def test_one_who_asks_too_much_takes_nothing_from_another_nor_from_what_they_ask_in_another_way():
    turnstile = a_turnstile(quotas={"reads": Quota(1, 60), "writes": Quota(1, 60)})

    assert [ask(turnstile, "a"), ask(turnstile, "a")] == [True, False]
    assert ask(turnstile, "b")
    assert ask(turnstile, "a", "writes")
    assert all(ask(turnstile, "a", "exports") for _ in range(100))


def test_nobody_in_particular_has_no_quota_but_counts_among_all():
    turnstile = a_turnstile(quotas={"reads": Quota(1, 60)}, each={"requests": 1}, every={"requests": 2})

    assert all(ask(turnstile, None) for _ in range(10))
    with turnstile.entered(None, "reads"), turnstile.entered(None, "writes"), pytest.raises(TooMany) as no:
        turnstile.entered(None, "reads").__enter__()
    assert not no.value.yours


def test_what_is_under_way_is_bounded_for_each_and_for_all_and_counted_out_whatever_happens():
    turnstile = a_turnstile(each={"requests": 2}, every={"requests": 3})

    with ExitStack() as stack:
        stack.enter_context(turnstile.entered("a", "writes"))
        stack.enter_context(turnstile.entered("a", "writes"))
        with pytest.raises(TooMany) as mine, turnstile.entered("a", "reads"):
            pass
        stack.enter_context(turnstile.entered("b", "writes"))
        with pytest.raises(TooMany) as ours, turnstile.entered("c", "reads"):
            pass
        stack.enter_context(turnstile.entered("c", "streams"))
    with pytest.raises(ValueError), turnstile.entered("a", "writes"):
        raise ValueError

    assert (mine.value.yours, ours.value.yours) == (True, False)
    with turnstile.entered("a", "writes"), turnstile.entered("a", "writes"):
        pass


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bound", ["each", "every"])
def test_each_kind_is_counted_in_its_own_room(kind, bound):
    turnstile = a_turnstile(**{bound: {ROOMS[kind]: 1}})

    with turnstile.entered("a", kind):
        for other in KINDS:
            if ROOMS[other] == ROOMS[kind]:
                with pytest.raises(TooMany), turnstile.entered("a", other):
                    pass
            else:
                assert ask(turnstile, "a", other)


def test_who_is_refused_for_what_is_under_way_has_used_up_nothing():
    turnstile = a_turnstile(quotas={"reads": Quota(2, 60)}, each={"requests": 1})

    with turnstile.entered("a", "reads"):
        for _ in range(5):
            with pytest.raises(TooMany), turnstile.entered("a", "reads"):
                pass

    assert [ask(turnstile), ask(turnstile)] == [True, False]


def test_senders_without_end_take_no_room_without_end():
    turnstile = a_turnstile(most=50)

    for at in range(5_000):
        ask(turnstile, f"sender-{at}")

    assert len(turnstile) == 50


def test_who_is_inside_is_not_forgotten_however_many_others_come():
    turnstile = a_turnstile(most=3, each={"requests": 1})

    with turnstile.entered("a", "writes"):
        for at in range(100):
            ask(turnstile, f"sender-{at}")
        with pytest.raises(TooMany), turnstile.entered("a", "writes"):
            pass

    assert len(turnstile) <= 4


@pytest.mark.parametrize(
    "written", ["", "10", "0/1", "1/0", "10/s", "-1/1", "1.5/1", "１０/10", "10/10 ", "none"]
)
def test_a_quota_that_is_none_is_refused(written):
    with pytest.raises(ValueError, match="1000/10"):
        quota(written)


def test_a_quota_is_so_many_in_so_many_seconds_or_none():
    assert (quota("1000/10"), quota("off")) == (Quota(1000, 10), None)
