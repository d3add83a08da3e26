"""A rebuild names every cell that does not say what the events say, and what has to be added to it."""

from hypothesis import given
from hypothesis import strategies as st

from services.metrics.rebuild.compared import Comparison, added, canonical
from services.metrics.sketches import FEW

SLOT = ("620522101203", "2026-09-14", "category/1:land", "channel/1:patrol")
COUNTS = st.dictionaries(st.sampled_from(["open", "received", "resolved", "closed"]), st.integers(-3, 3))


def test_equal_cells_have_equal_digests_however_they_are_written():
    comparison = Comparison()

    missing = comparison.take(
        SLOT, [{"received": 3, "open": 0}], [{"open": 1}, {"open": -1, "received": 1}, {"received": 2}]
    )
    totals = comparison.totals({SLOT[0]: {"open": 0, "received": 3}}, {SLOT[0]: {"received": 3}})

    assert (missing, totals, comparison.cells.differing) == ({}, {}, 0)
    assert comparison.cells.stood_digest == comparison.cells.counted_digest
    assert comparison.cells.counted == 1


def test_a_difference_is_named_with_what_stands_and_what_was_counted():
    comparison = Comparison()

    missing = comparison.take(SLOT, [{"received": 5, "invented": 2}], [{"received": 3, "open": 1}])
    comparison.totals({}, {})

    assert missing == {"invented": -2, "open": 1, "received": -2}
    assert comparison.cells.differing == 3
    assert comparison.cells.first[2] == (
        "received 620522101203 2026-09-14 category/1:land channel/1:patrol", "5", "3",
    )  # fmt: skip
    assert comparison.cells.stood_digest != comparison.cells.counted_digest


def test_a_total_is_the_sum_of_its_cells_whatever_became_of_them():
    stand = {SLOT[0]: {"received": 4}, "620522": {"open": 1}}

    assert Comparison().totals(stand, {SLOT[0]: {"received": 3}}) == {
        "620522": {"open": -1}, SLOT[0]: {"received": -1},
    }  # fmt: skip


def test_durations_that_seemed_many_are_looked_at_once_more():
    exact = {"added:time_to_accept": 1, "exact:time_to_accept:60": 1, "time_to_accept:0041": 1}
    higher, lower = Comparison(), Comparison()

    lower.take(SLOT, [exact | {"added:time_to_accept": FEW + 1}], [exact])
    higher.take(SLOT, [exact], [exact, {"added:time_to_accept": FEW}])

    assert (lower.cells.again, higher.cells.again) == (True, False)


def test_what_is_written_alike_has_the_digest_of_what_was_taken_apart():
    whole, apart = Comparison(), Comparison()

    whole.same(SLOT, '{"closed":1,"received":3}')
    apart.take(SLOT, [{"closed": 1, "received": 3}], [{"received": 3, "closed": 1}])

    assert [one.totals({}, {}) for one in (whole, apart)] == [{}, {}]
    assert whole.cells == apart.cells


@given(st.lists(COUNTS, max_size=3), st.lists(COUNTS, max_size=4), COUNTS)
def test_what_is_added_makes_the_cell_right_whatever_was_counted_meanwhile(stands, counted, meanwhile):
    missing = Comparison().take(SLOT, stands, counted)

    assert canonical(added([*stands, meanwhile, missing])) == canonical(added([*counted, meanwhile]))
