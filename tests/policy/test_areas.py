"""A registry of areas is refused whole, every error with its line."""

import csv
import itertools

import pytest

from policy.load import Refused, areas
from tests.builders import ROOT
from tests.policy.files import a_file, lines

POLICY = ROOT / "policy"
HEAD = "code,tier,name,parent\n"
GOOD = HEAD + "620522,county,秦安县,\n620522100,town,兴国镇,620522\n"


def test_a_registry_is_read_with_its_names(tmp_path):
    found = areas(a_file(tmp_path, "\ufeff" + GOOD))

    assert [(one.code, one.tier, one.name, one.parent) for one in found.values()] == [
        ("620522", "county", "秦安县", None),
        ("620522100", "town", "兴国镇", "620522"),
    ]


def test_the_released_registry_can_be_used():
    found = areas(POLICY / "areas-620522.csv")

    assert sum(one.tier == "town" for one in found.values()) == 17


def test_every_wrong_line_of_a_registry_is_named(tmp_path):
    text = GOOD + (
        "62,county,a,\n620522100,town,b,620522\n620522101,village,c,620522\n620522102,town,d,620523\n"
        "620522103,town,e,\n620522104,town,,620522\n620522105"
    )

    found = lines(areas, a_file(tmp_path, text))

    said = {
        4: "digits",
        5: "twice",
        6: "is a town",
        7: "beginning",
        8: "only a county",
        9: "name",
        10: "name",
    }
    assert found.keys() == said.keys()
    assert all(part in found[line] for line, part in said.items())


def test_a_parent_that_is_not_in_the_file_is_named_with_the_line_of_its_child(tmp_path):
    found = lines(areas, a_file(tmp_path, GOOD + "620523,county,b,\n620522101,town,c,62052\n"))

    assert list(found) == [GOOD.count("\n") + 2]
    assert "parent: 62052 is not" in found[GOOD.count("\n") + 2]


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        (
            "620522100201,village,c,620522",
            "620522100",
        ),  # a town lies between, by its code and not by its parent
        ("620522101,town,c,620522101", "the beginning"),  # in itself
        ("620522101201,village,c,620522101201", "the beginning"),
    ],
)
def test_an_area_lies_where_its_code_says_since_that_is_what_people_may_see_it_by(tmp_path, line, nearest):
    found = lines(areas, a_file(tmp_path, GOOD + f"{line}\n"))

    assert list(found) == [GOOD.count("\n") + 1]
    assert nearest in found[GOOD.count("\n") + 1]


@pytest.mark.parametrize("order", [1, -1])
def test_a_village_may_lie_in_a_county_where_no_town_lies_between(tmp_path, order):
    rows = [
        "620522,county,a,", "620522100,town,b,620522", "620522101201,village,c,620522",
        "620522100201,village,d,620522100",
    ][::order]  # fmt: skip

    assert areas(a_file(tmp_path, HEAD + "\n".join(rows))).keys() == {one.partition(",")[0] for one in rows}


@pytest.mark.parametrize(
    "file", [POLICY / "areas-620522.csv", *sorted((ROOT / "deploy").rglob("areas*.csv"))]
)
def test_in_a_registry_that_can_be_used_who_lies_in_whom_is_told_alike_by_codes_and_by_parents(file):
    found = areas(file)

    def above(code):
        return set() if code is None else {code} | above(found[code].parent)

    for one, other in itertools.product(found, found):
        assert one.startswith(other) is (other in above(one))


def test_empty_lines_of_a_registry_are_counted(tmp_path):
    assert list(lines(areas, a_file(tmp_path, HEAD + "\n\n620522,town,a,\n"))) == [4]


def test_a_registry_that_cannot_be_taken_apart_is_refused_with_its_line(tmp_path):
    too_long = "a" * (csv.field_size_limit() + 1)  # whatever else in this process may have raised it to

    found = lines(areas, a_file(tmp_path, GOOD + f"620523,county,{too_long},\n"))

    assert "not CSV" in found[GOOD.count("\n") + 1]


@pytest.mark.parametrize("text", ["", HEAD, "x,y\n1,2\n"])
def test_a_registry_without_areas_is_refused(tmp_path, text):
    with pytest.raises(Refused):
        areas(a_file(tmp_path, text))
