"""A registry of areas is refused whole, every error with its line."""

import csv

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
