"""What a cell knows of durations depends on the durations alone; quantiles are exact, or off by what they say."""

import math
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.metrics.cells import EMPTY, _minus, _plus
from services.metrics.known import Row
from services.metrics.sketches import ERROR, FEW, Sketch, bucket_of, read, seconds_of, took
from tests.builders import NOW

KIND = "time_to_resolve"
SECONDS = st.integers(0, 10**8) | st.integers(0, 20)
SHARES = ((50, "p50_seconds"), (90, "p90_seconds"), (99, "p99_seconds"))


def change(seconds, by=1, kind=KIND):
    return Counter(dict.fromkeys(took(kind, NOW, NOW + timedelta(seconds=seconds), by), by))


def counted(*durations, kind=KIND):
    """A cell to which durations were added one by one."""
    row = EMPTY
    for seconds in durations:
        row = _plus(row, change(seconds, kind=kind))
    return row.counts


def bare(counts):
    return {measure: by for measure, by in counts.items() if by}


def ranked(durations, per_cent):
    """The shortest duration that so many per cent do not exceed, found by trying them all."""
    return min(
        one
        for one in durations
        if 100 * sum(other <= one for other in durations) >= per_cent * len(durations)
    )


@given(SECONDS)
def test_a_bucket_stands_for_its_durations_within_the_error(seconds):
    said = seconds_of(bucket_of(seconds))

    assert abs(said - seconds) <= max(ERROR * seconds * 1.000001, 1)


@given(SECONDS, SECONDS)
def test_longer_durations_never_fall_in_lower_buckets(one, other):
    assert (bucket_of(one) <= bucket_of(other)) or one > other


CHANCES = st.integers(0, 2**32).map(random.Random)
NUMBERS = st.integers(0, 5) | st.integers(FEW - 3, FEW + 9) | st.integers(0, 4 * FEW)


def history(chance, number):
    """Durations of two kinds added to three cells, most of them to the same, and some taken back."""
    added = [
        (chance.choice((0, 0, 0, 0, 0, 1, 2)), chance.choice((KIND, KIND, KIND, "time_to_accept")), seconds)
        for seconds in (int(10 ** chance.uniform(0, 8)) - 1 for _ in range(number))
    ]
    back = chance.sample(added, int(number * chance.choice((0, 0.1, 0.5))))
    return [(*one, 1) for one in added] + [(*one, -1) for one in back]


def in_batches(chance, changes):
    """The same changes in another order, a few or many at a time; often what is taken back comes late."""
    left, most = chance.sample(changes, len(changes)), chance.choice((1, 3, 40))
    if chance.random() < 0.5:
        left.sort(key=lambda one: -one[-1])
    while left:
        size = chance.randint(1, most)
        yield left[:size]
        del left[:size]


class Tier:
    """A tier's cells and the total of their area, changed batch by batch as the desk does."""

    def __init__(self):
        self.cells = {}
        self.total = EMPTY

    def count(self, batch):
        by = {}
        for cell, kind, seconds, sign in batch:
            into = by.setdefault(cell, Counter())
            into.update(change(seconds, sign, kind))
        for cell, counts in by.items():
            changes = bare(counts)
            self.cells[cell] = _plus(self.cells.get(cell, EMPTY), changes)
            self._add(changes)

    def take_over(self, other):
        for cell, row in other.cells.items():
            self._add(_minus(row.counts, self.cells.get(cell, EMPTY).counts))
            self.cells[cell] = row

    def _add(self, changes):
        self.total = _plus(self.total, changes)

    @property
    def known(self):
        return {cell: bare(row.counts) for cell, row in self.cells.items() if bare(row.counts)}, bare(
            self.total.counts
        )


@pytest.mark.wide
@given(CHANCES, NUMBERS)
@settings(max_examples=300)
def test_cells_totals_and_copies_depend_on_what_was_counted_and_not_on_order_batches_or_when_it_was_taken_over(
    chance, number
):
    changes = history(chance, number)
    plain, other, copy = Tier(), Tier(), Tier()

    plain.count(changes)
    for batch in in_batches(chance, changes):
        other.count(batch)
        if chance.random() < 0.3:
            copy.take_over(other)
    copy.take_over(other)

    assert plain.known == other.known == copy.known


@given(CHANCES, NUMBERS)
@settings(max_examples=200)
def test_what_is_read_is_true_of_the_durations_that_were_not_taken_back(chance, number):
    changes = history(chance, number)
    tier, left, added = Tier(), Counter(), Counter()
    for cell, kind, seconds, sign in changes:
        if kind == KIND:
            left[seconds] += sign
            added[cell] += sign > 0
    durations = sorted(left.elements())

    for batch in in_batches(chance, changes):
        tier.count(batch)
    found = read(KIND, [row.counts for row in tier.cells.values()])

    assert found.count == len(durations)
    if all(by <= FEW for by in added.values()):
        assert (found.exact, found.relative_error) == (len(durations), 0.0)
        assert (found.min_seconds, found.max_seconds) == ((durations or [None])[0], (durations or [None])[-1])
    for per_cent, name in SHARES if durations else ():
        off = found.relative_error
        true = ranked(durations, per_cent)
        assert getattr(found, name) == pytest.approx(true, rel=off * 1.001, abs=bool(off))


def test_no_durations_have_no_quantiles():
    assert read(KIND, [{}, {f"{KIND}:0003": 0}]) == Sketch()


def test_as_many_as_are_few_are_known_to_the_second_and_one_more_are_counted_in_buckets():
    durations = range(86_400, 86_400 + 3600 * FEW, 3600)

    few = read(KIND, [counted(*durations)])
    many = read(KIND, [counted(*durations, 90_000)])

    assert (few.count, few.exact, few.relative_error) == (FEW, FEW, 0.0)
    assert (few.p50_seconds, few.min_seconds, few.max_seconds) == (
        86_400 + 3600 * 15,
        durations[0],
        durations[-1],
    )
    assert (many.count, many.exact, many.relative_error) == (FEW + 1, 0, ERROR)
    assert (many.min_seconds, many.max_seconds) == (None, None)


def test_one_taken_back_does_not_make_many_few_again():
    row = Row(counted(*range(FEW + 1)), 1)

    for seconds in range(FEW):
        row = _plus(row, change(seconds, -1))

    assert bare(row.counts) == {f"{KIND}:{bucket_of(FEW):04d}": 1, f"added:{KIND}": FEW + 1}


def test_what_is_added_and_taken_back_in_one_batch_was_added():
    both = change(7)
    both.update(change(7, -1))

    row = _plus(Row(counted(*range(FEW)), 1), bare(both))

    assert bare(both) == {f"added:{KIND}": 1}
    assert (read(KIND, [row.counts]).count, read(KIND, [row.counts]).exact) == (FEW, 0)


def test_exact_and_bucketed_cells_together_say_how_many_are_exact_and_the_error_of_the_rest():
    village, town = counted(60, 70), counted(*range(100, 101 + FEW))

    both = read(KIND, [village, town])

    assert (both.count, both.exact, both.relative_error) == (FEW + 3, 2, ERROR)
    assert both.p50_seconds == pytest.approx(115, rel=ERROR)


def test_cells_from_before_durations_were_kept_exactly_are_read_and_added_to():
    old = Row({f"{KIND}:{bucket_of(5000):04d}": 2}, 7)

    row = _plus(old, change(9000))
    found = read(KIND, [row.counts])

    assert (found.count, found.exact, found.relative_error) == (3, 1, ERROR)
    assert found.p99_seconds == pytest.approx(9000, rel=ERROR)


def test_a_kind_whose_name_begins_like_another_s_is_another_kind():
    counts = counted(60) | counted(900, kind=f"{KIND}.slow")

    assert (read(KIND, [counts]).count, read(f"{KIND}.slow", [counts]).max_seconds) == (1, 900)


def test_of_ten_the_ninetieth_per_cent_is_the_ninth_and_of_eleven_the_tenth():
    ten, eleven = read(KIND, [counted(*range(1, 11))]), read(KIND, [counted(*range(1, 12))])

    assert (ten.p50_seconds, ten.p90_seconds, ten.p99_seconds) == (5, 9, 10)
    assert (eleven.p50_seconds, eleven.p90_seconds) == (6, math.ceil(9.9))
