"""Where what tests share lies: in memory where there is enough, and no longer than the tests."""

import os

import pytest

from tests import memory


@pytest.fixture
def place(tmp_path):
    """Stands for the memory."""
    one = tmp_path / "memory"
    one.mkdir()
    return one


def test_the_folder_is_in_memory_and_gone_afterwards(place, tmp_path_factory):
    with memory.folder(tmp_path_factory, place) as folder:
        (folder / "file").write_text("something")
        assert folder.parent == place

    assert list(place.iterdir()) == []


@pytest.mark.parametrize("short", ["absent", "full"])
def test_without_enough_memory_it_is_on_the_disk(place, tmp_path_factory, monkeypatch, short):
    monkeypatch.setattr(memory, "ENOUGH", 1 << 62 if short == "full" else 0)

    with memory.folder(tmp_path_factory, place if short == "full" else place / "absent") as folder:
        assert folder.is_dir()
        assert place not in folder.parents


def test_what_tests_left_that_were_killed_is_removed_and_nothing_else(place, tmp_path_factory):
    gone, alive, foreign = (place / f"fengqiao-tests-{name}" for name in (1 << 30, os.getppid(), "notes"))
    for one in (gone, alive, foreign):
        one.mkdir()

    with memory.folder(tmp_path_factory, place) as folder:
        assert sorted(place.iterdir()) == sorted([alive, foreign, folder])
