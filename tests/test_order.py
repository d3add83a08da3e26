"""Which files go to one worker, and which come first."""

from types import SimpleNamespace

import pytest

from tests.builders import ROOT
from tests.order import COUNTY, LONGEST, LongestFirst, overlooked, place


@pytest.mark.parametrize("file", LONGEST)
def test_a_file_that_has_a_place_of_its_own_is_there(file):
    assert (ROOT / file).is_file()


def test_no_file_has_two_places():
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_come_first_and_the_tests_of_a_file_stay_as_they_stand():
    collected = ["tests/a.py::b", "tests/a.py::a", f"{LONGEST[1]}::b", f"{LONGEST[1]}::a", f"{LONGEST[0]}::a"]

    assert sorted(collected, key=place) == [
        f"{LONGEST[0]}::a", f"{LONGEST[1]}::b", f"{LONGEST[1]}::a", "tests/a.py::b", "tests/a.py::a",
    ]  # fmt: skip


def test_files_that_share_a_county_go_to_one_worker_and_every_other_file_goes_alone():
    config = SimpleNamespace(option=SimpleNamespace(loadscopereorder=True), getvalue=lambda _: ["popen"])
    scheduler = LongestFirst(config)

    shared = {scheduler._split_scope(f"{file}::test_it[a::b]") for file in COUNTY}
    alone = [scheduler._split_scope(f"tests/{name}.py::test_it") for name in "ab"]

    assert shared == {"county"}
    assert alone == ["tests/a.py", "tests/b.py"]
    assert config.option.loadscopereorder is False


def test_a_file_whose_tests_are_marked_from_elsewhere_is_told_of(tmp_path):
    def an_item(name, text, *marks):
        (tmp_path / name).write_text(text)
        return SimpleNamespace(path=tmp_path / name, get_closest_marker=lambda mark: mark in marks or None)

    items = [
        an_item("test_a.py", "pytestmark = pytest.mark.system", "system"),
        an_item("test_b.py", "from elsewhere import pytestmark", "wide"),
        an_item("test_c.py", "nothing"),
    ]

    assert overlooked(items) == [str(tmp_path / "test_b.py")]
