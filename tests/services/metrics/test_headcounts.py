"""A headcount is of one definition, of every day of a period and of every part of an area, or there is none."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.load import Area, Refused
from services.metrics.headcounts import WORDS, Entry, Headcount, Headcounts
from services.metrics.headcounts_csv import headcounts

COUNTY, TOWN, OTHER, VILLAGE, FARM = "620522", "620522100", "620522101", "620522100001", "620522100002"
AREAS = {
    code: Area(code, "county", code, parent)
    for code, parent in (
        (COUNTY, None), (TOWN, COUNTY), (OTHER, COUNTY), (VILLAGE, TOWN), (FARM, TOWN),
    )
}  # fmt: skip
STAFF, HEADS = "grid-staff", "grid-staff-and-household-heads"
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def an_entry(area=COUNTY, number=10, *, definition=STAFF, first=FIRST, last=None):
    return Entry(area, definition, first, last, number)


def people(*entries, area=COUNTY, definition=STAFF, first=FIRST, last=LAST):
    return Headcounts(entries, AREAS).of(area, definition, first, last)


def test_a_headcount_is_weighted_by_the_days_it_held():
    changed = [an_entry(number=494, last=date(2026, 6, 30)), an_entry(number=517, first=date(2026, 7, 1))]

    found = people(*changed)

    assert found == Headcount(Fraction(494 * 181 + 517 * 184, 365))
    assert round(float(found.people), 1) == 505.6


@pytest.mark.parametrize(
    "entries",
    [
        [an_entry(first=FIRST + timedelta(days=1))],
        [an_entry(last=LAST - timedelta(days=1))],
        [an_entry(last=date(2026, 3, 1)), an_entry(first=date(2026, 3, 3))],
    ],
    ids=["begins late", "ends early", "has a hole"],
)
def test_where_one_day_is_not_covered_there_is_none(entries):
    assert people(*entries) == Headcount(None, "days-missing", COUNTY)


def test_an_area_without_its_own_is_the_sum_of_all_its_parts():
    found = people(an_entry(OTHER, 5), an_entry(VILLAGE, 3), an_entry(FARM, 4))

    assert found.people == 12


def test_a_number_of_an_area_itself_comes_before_those_of_its_parts():
    assert people(an_entry(COUNTY, 100), an_entry(OTHER, 5), an_entry(TOWN, 7)).people == 100


def test_a_part_without_one_leaves_the_whole_without_one_and_is_named():
    assert people(an_entry(OTHER, 5), an_entry(VILLAGE, 3)) == Headcount(None, "parts-missing", FARM)


def test_a_part_that_counts_by_another_definition_is_never_added():
    mixed = [an_entry(OTHER, 5), an_entry(TOWN, 945, definition=HEADS)]

    assert people(*mixed) == Headcount(None, "other-definition", TOWN)
    assert people(*mixed, definition=HEADS) == Headcount(None, "other-definition", OTHER)


def test_an_area_may_count_by_two_definitions_each_by_itself():
    both = [an_entry(number=517), an_entry(number=945, definition=HEADS)]

    assert [people(*both, definition=one).people for one in (STAFF, HEADS)] == [517, 945]
    assert Headcounts(both, AREAS).definitions == (
        (STAFF, "网格员", "grid staff"), (HEADS, "网格员和联户长", "grid staff and household heads"),
    )  # fmt: skip


def test_without_a_file_there_is_none():
    assert people() == Headcount(None, "no-headcount", COUNTY)
    assert set(WORDS) >= {"no-headcount", "days-missing", "parts-missing", "other-definition"}


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=20),
    st.integers(0, 19),
    st.integers(1, 20),
)
def test_what_is_written_in_parts_is_the_mean_of_the_days(numbers, begin, length):
    days = [FIRST + timedelta(days=at) for at in range(len(numbers))]
    entries = [an_entry(number=one, first=day, last=day) for one, day in zip(numbers, days, strict=True)]
    first = FIRST + timedelta(days=begin)
    wanted = numbers[begin : begin + length]

    found = people(*entries, first=first, last=first + timedelta(days=length - 1))

    covered = len(wanted) == length
    assert found.people == (Fraction(sum(wanted), length) if covered else None)


def read(tmp_path, text):
    path = tmp_path / "headcounts.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return headcounts(path, AREAS)


@pytest.mark.parametrize("head", ["area,definition,from,to,number", "区划代码,口径,自,至,人数"])
def test_a_file_is_read_with_columns_in_either_language(tmp_path, head):
    rows = f"﻿{head}\n620522,grid-staff,2026-01-01,2026-06-30,494\n\n620522,grid-staff,2026-07-01,,517\n"

    assert read(tmp_path, rows) == [
        an_entry(number=494, last=date(2026, 6, 30)), an_entry(number=517, first=date(2026, 7, 1)),
    ]  # fmt: skip


def test_every_error_is_told_at_once_with_its_line(tmp_path):
    text = """area,definition,from,to,number
999999,grid-staff,2026-01-01,,5
620522,Grid staff,2026-02-30,2026-13-01,x
620522,grid-staff,2026-05-01,2026-04-01,5,6
620522100,grid-staff,2026-01-01,2026-06-30,5
620522100,grid-staff,2026-06-30,,6
620522101,grid-staff,2026-01-01,,5
620522101,grid-staff,2027-01-01,,6
"""

    with pytest.raises(Refused) as refused:
        read(tmp_path, text)

    told = [one.rpartition("headcounts.csv:")[2] for one in str(refused.value).splitlines()]
    assert [one.partition(":")[0] for one in told] == ["2", "3", "3", "3", "3", "4", "4", "6", "8"]
    assert told[-2:] == [
        "6: from: these days are in line 5 too",
        "8: from: these days are in line 7 too",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line must name area, definition, from, to, number"),
        ("area,definition,from,number\n", "the first line must name"),
        ('area,definition,from,to,number\n620522,"grid', "look at its quotes"),
        (b"\xff\xfe", "cannot be read"),
    ],
    ids=["empty", "a column is missing", "a quote that never ends", "not UTF-8"],
)
def test_a_file_that_is_none_is_refused_with_what_is_wrong(tmp_path, text, said):
    with pytest.raises(Refused, match=said):
        read(tmp_path, text)
