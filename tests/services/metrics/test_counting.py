"""Durations are counted under the day they ended, and have neither category nor channel."""

from services.metrics.sketches import bucket_of
from tests.builders import REPORTED_AT, VILLAGE, later, resolved
from tests.services.metrics.counted import DAY, cells, reopened


def durations(event):
    return {cell: by for cell, by in cells(event).items() if "time_to_" in cell.measure}


def test_a_duration_lies_in_its_bucket_and_is_known_to_the_second():
    event = resolved()
    seconds = int((event.occurred_at - REPORTED_AT).total_seconds())

    found = durations(event)

    assert {cell.measure: by for cell, by in found.items()} == {
        f"time_to_resolve:{bucket_of(seconds):04d}": 1,
        f"exact:time_to_resolve:{seconds}": 1,
        "added:time_to_resolve": 1,
    }
    assert {cell[1:] for cell in found} == {(VILLAGE, DAY, "", "")}


def test_a_relapse_takes_the_duration_back_but_not_that_it_was_added():
    before, back = durations(resolved()), durations(reopened())

    assert {cell: -by for cell, by in back.items()} == {
        cell: by for cell, by in before.items() if not cell.measure.startswith("added:")
    }


def test_what_ended_before_it_began_took_no_time():
    hasty = resolved(occurred_at=REPORTED_AT - (later(seconds=7) - later()))

    assert "exact:time_to_resolve:0" in {cell.measure for cell in durations(hasty)}
