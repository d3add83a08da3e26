"""A relapse takes back what the resolution and the closing added, and leaves what did happen."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.routing import IncidentClosed
from services.metrics.facts import increments
from tests.builders import NOW, REPORTED_AT, later, resolved
from tests.services.metrics.counted import DAY, EVENT, ZONE, cells, figures, reopened


@given(
    took=st.timedeltas(timedelta(0), timedelta(days=900)),
    away=st.timedeltas(timedelta(days=91), timedelta(days=190)),
    on_time=st.sampled_from([True, False, None]),
)
@settings(max_examples=100)
def test_a_relapse_takes_back_exactly_what_the_resolution_added(took, away, on_time):
    settled = resolved(occurred_at=REPORTED_AT + took, on_time=on_time)
    relapse = reopened(
        resolved_at=settled.occurred_at, occurred_at=settled.occurred_at + away, on_time=on_time
    )

    sums = Counter(cells(settled))
    sums.update(cells(relapse))
    left = Counter()
    for cell, by in sums.items():
        left[cell.measure] += by

    # What stays is what did happen: one resolution, one reopening, and that a duration was added once.
    stays = {"resolutions": 1, "reopened": 1, "added:time_to_resolve": 1}
    assert {measure: by for measure, by in left.items() if by} == stays
    assert all(by == 0 for cell, by in sums.items() if cell.measure not in {*stays, "open"})


def test_a_relapse_after_the_closing_takes_the_closing_back_so_that_a_second_one_is_counted_once():
    closed = IncidentClosed(**EVENT, attempt=1, resolved_at=resolved().occurred_at)
    again = IncidentClosed(**EVENT | {"occurred_at": later(days=60)}, attempt=2, resolved_at=later(days=59))
    back = reopened(closed_at=NOW)
    day = {cell.day for cell, _ in increments(back, ZONE) if cell.measure == "closed"}

    assert figures(closed, back) == {
        measure: by
        for measure, by in figures(reopened()).items()
        if measure not in {"closed", "cohort.closed"}
    } | {"closed_undone": 1}
    assert figures(closed, back, again)["cohort.closed"] == figures(closed, back, again)["closed"] == 1
    assert day == {DAY}
