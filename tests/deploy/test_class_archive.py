"""The archive of the broker's classes: made once, whole or not at all, and read from then on."""

from pathlib import Path

import pytest

from deploy.local import class_archive

MAKES, READS = "-XX:ArchiveClassesAtExit=", "-XX:SharedArchiveFile="


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "classes.jsa"


def test_who_is_first_makes_it_and_everybody_else_reads_it(archive):
    with class_archive.kept(archive) as option:
        assert option.startswith(MAKES)
        Path(option.removeprefix(MAKES)).write_text("classes")
        assert not archive.exists()

    assert archive.read_text() == "classes"
    with class_archive.kept(archive) as option:
        assert option == READS + str(archive)
    assert class_archive.read(archive) == READS + str(archive)


def test_who_fails_leaves_no_part_of_one(archive):
    with pytest.raises(RuntimeError), class_archive.kept(archive) as option:
        Path(option.removeprefix(MAKES)).write_text("a part")
        raise RuntimeError

    assert list(archive.parent.iterdir()) == []


def test_a_java_that_makes_none_is_no_error(archive):
    with class_archive.kept(archive) as option:
        assert option.startswith(MAKES)

    assert not archive.exists()
