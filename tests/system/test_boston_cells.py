"""A year of a real city, cell by cell: what our rules count is what a database counts in the file by itself."""

from collections import Counter, defaultdict
from dataclasses import asdict

import pytest

from services.metrics import sketches
from tests.boston.compared import differences, within
from tests.boston.lived import Lived
from tests.boston.recount import Recount

pytestmark = pytest.mark.system  # it needs no broker, but a quarter of a minute, which `make check` has not

MEASURES = ("received", "resolved", "with_target", "on_time")
DEPARTMENT = "us-boston.category/1:"
REFUSED, CELLS, FINEST = 35, 5_540, 11_061


@pytest.fixture(scope="module")
def file(shared):
    return shared / "boston-311-2015.csv.gz"


@pytest.fixture(scope="module")
def recount(file):
    return Recount(file)


@pytest.fixture(scope="module")
def lived(file, tmp_path_factory):
    return Lived(file, tmp_path_factory.mktemp("boston") / "areas.csv")


def ours(lived, *, wards):
    """(Department, neighbourhood, ward where wanted, month, measure) → how many, from the cells of all tiers."""
    found = Counter()
    for neighbourhood, ward, slot, counts in lived.placed():
        place = (neighbourhood, ward) if wards else (neighbourhood,)
        for measure in MEASURES:
            key = (slot.category.removeprefix(DEPARTMENT), *place, slot.day[:7], measure)
            found[key] += counts.get(measure, 0)
    return {key: by for key, by in found.items() if by}


def sketch_of(cells):
    return sketches.read("time_to_resolve", cells)


def test_the_database_refuses_the_same_rows_and_the_city_does_not_contradict_it(recount, lived):
    assert recount.refused() == lived.refused
    assert len(lived.refused) == REFUSED
    assert recount.contradictions() == []


def test_by_department_neighbourhood_and_month_every_cell_is_what_the_database_counts(recount, lived):
    theirs = recount.figures("department", "neighbourhood", "month")

    print(f"{len(theirs)} cells by department, neighbourhood and month compared")
    assert differences(ours(lived, wards=False), theirs) == {}
    assert len(theirs) == CELLS


def test_by_ward_too(recount, lived):
    theirs = recount.figures("department", "neighbourhood", "ward", "month")

    print(f"{len(theirs)} cells by department, neighbourhood, ward and month compared")
    assert differences(ours(lived, wards=True), theirs) == {}
    assert len(theirs) == FINEST


@pytest.mark.parametrize(
    ("by", "exact"),
    [(("neighbourhood", "month"), 0.5), (("neighbourhood",), 0.0), (("month",), 0.0), ((), 0.0)],
)
def test_durations_are_those_of_the_database_or_off_by_no_more_than_they_say(recount, lived, by, exact):
    theirs = recount.durations(*by)
    cells = defaultdict(list)
    for neighbourhood, _, slot, counts in lived.placed():
        about = {"neighbourhood": neighbourhood, "month": slot.day[:7]}
        cells[tuple(about[one] for one in by)].append(counts)
    found = {key: one for key, given in cells.items() if (one := sketch_of(given)).count}

    certain = [key for key, one in found.items() if one.relative_error == 0]
    print(
        f"durations by {' and '.join(by) or 'nothing'}: {len(theirs)} compared, {len(certain)} of them exact"
    )
    assert {key: one.count for key, one in found.items()} == {
        key: count for key, (count, *_) in theirs.items()
    }
    for key, times in theirs.items():
        within(asdict(found[key]), *times)
    assert len(certain) >= exact * len(found)
