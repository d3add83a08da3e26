"""The door's figures beside those of a database that has read the city's file: what differs fails."""

import pytest

from tests.boston.door import Door
from tests.boston.recount import Recount


def every_cell_is_what_a_database_counts(cases, url):
    """By department, neighbourhood and month; and how long it took, by neighbourhood and month, and in all."""
    theirs, door = Recount(cases), Door(url, cases.with_name("areas.csv"))
    expected = theirs.figures("department", "neighbourhood", "month")
    took = {one: it for one, it in theirs.durations("neighbourhood", "month").items() if one[0]}
    took |= {("", *month): it for month, it in theirs.durations("month").items()}

    found, said = door.figures(), door.durations(sorted({month for _, month in took}))

    assert differences(found, expected) == {}
    assert {one: it["count"] for one, it in said.items()} == {one: count for one, (count, *_) in took.items()}
    for one, times in took.items():
        within(said[one], *times)
    exact = sum(it["relative_error"] == 0 for it in said.values())
    print(f"{len(found)} cells compared, 0 differ; {len(said)} distributions compared, {exact} of them exact")


def differences(found, expected):
    """What is not the same, as it was found and as it should be."""
    keys = found.keys() | expected.keys()
    return {one: (found.get(one), expected.get(one)) for one in keys if found.get(one) != expected.get(one)}


def within(said, count, least, most, *quantiles):
    """Off by no more than it says; nothing at all where everything is known to the second."""
    off = said["relative_error"]
    found = [said[f"p{one}_seconds"] for one in (50, 90, 99)]
    assert found == pytest.approx(quantiles, rel=off, abs=bool(off))
    if off == 0:
        assert (said["exact"], said["min_seconds"], said["max_seconds"]) == (count, least, most)
