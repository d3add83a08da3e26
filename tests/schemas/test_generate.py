"""The generated files are the models' and the table's, to the byte."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from schemas.generate import HERE, event_schemas, files, main, stale, write
from schemas.topics import EVENTS


@pytest.fixture(scope="module")
def schemas():
    return event_schemas()


def test_every_committed_generated_file_is_fresh():
    assert list(stale(HERE)) == []


def test_what_was_written_is_fresh_and_writing_again_changes_nothing(tmp_path: Path):
    write(tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    write(tmp_path)

    assert list(stale(tmp_path)) == []
    assert first == {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert first.keys() == files(tmp_path).keys()


def test_check_names_a_stale_a_missing_and_a_superfluous_file_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write(tmp_path)
    (tmp_path / "json" / "incident.closed.v1.json").write_text("{}")
    (tmp_path / "asyncapi.yaml").unlink()
    (tmp_path / "json" / "incident.gone.v1.json").write_text("{}")

    status = main(["--check"], tmp_path)

    said = capsys.readouterr().out
    assert status == 1
    assert [line.split(" Run")[0] for line in said.splitlines()] == [
        "schemas/json/incident.closed.v1.json is stale.",
        "schemas/asyncapi.yaml is missing.",
        "schemas/json/incident.gone.v1.json belongs to no event.",
    ]
    assert not (tmp_path / "asyncapi.yaml").exists()


def test_writing_heals_what_check_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "incident.gone.v1.json").write_text("{}")

    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", EVENTS)
def test_each_schema_is_a_valid_titled_described_schema_named_after_its_type(name: str, schemas):
    schema = schemas[name]

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:fengqiao:event:{name}"
    assert schema["title"] == EVENTS[name].__name__
    assert schema["description"]


@pytest.mark.parametrize("action", [{}, {"reason": "reason/1:too-hard"}, {"action": "dance"}])
def test_the_schema_refuses_an_action_without_a_known_tag_as_the_model_does(action: dict[str, str], schemas):
    schema = schemas["action.submitted.v1"]
    given = {"report_id": "1", "occurred_at": "2026-09-14T10:30:00+08:00", "action": action}

    assert not Draft202012Validator(schema).is_valid(given)
    assert Draft202012Validator(schema).is_valid(given | {"action": {"action": "accept"}})
