"""`fengqiao import` says what is wrong before anything is sent, in one message."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.imports import import_cases
from deploy.local.plan import StackError

MAPPING = """\
source: /county/old
time_zone: Asia/Shanghai
time_formats: [iso]
columns: {id: id, opened: opened}
area: {root: "620522"}
category: {default: land}
channel: {default: hotline}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A file of cases and its mapping."""
    cases, mapping = tmp_path / "cases.csv", tmp_path / "mapping.yaml"
    cases.write_text("id,opened\na,2025-01-01\n")
    mapping.write_text(MAPPING)
    return cases, mapping


def complaint(cases: Path, mapping: Path, *options: str) -> str:
    result = CliRunner().invoke(import_cases, [str(cases), "--mapping", str(mapping), *options])
    assert isinstance(result.exception, StackError), result.output
    return str(result.exception)


def test_an_unusable_mapping_is_told_by_line_before_a_broker_is_asked(files: tuple[Path, Path]) -> None:
    cases, mapping = files
    mapping.write_text(MAPPING.replace("land", "moon"))

    assert "mapping.yaml:6: category.default: not a category code" in complaint(cases, mapping)


def test_without_a_running_stack_it_says_how_to_get_one(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert "fengqiao up" in complaint(*files, "--data", str(tmp_path / "none"))


def test_a_broker_that_does_not_answer_leaves_no_file_behind(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    assert "does not answer at 127.0.0.1:9" in complaint(*files, "--kafka", "127.0.0.1:9")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cases.csv", "mapping.yaml"]


def test_a_stack_and_another_broker_at_once_make_no_sense(files: tuple[Path, Path]) -> None:
    cases, mapping = files
    options = [str(cases), "--mapping", str(mapping), "--data", "x", "--kafka", "y:1"]

    result = CliRunner().invoke(import_cases, options)

    assert result.exit_code == 2
    assert "not both" in result.output


def test_refused_rows_never_take_the_place_of_what_is_read(files: tuple[Path, Path]) -> None:
    cases, mapping = files

    for kept in files:
        options = [str(cases), "--mapping", str(mapping), "--kafka", "127.0.0.1:9", "--refused", str(kept)]
        result = CliRunner().invoke(import_cases, options)

        assert result.exit_code == 2
        assert "name another file with --refused" in result.output
