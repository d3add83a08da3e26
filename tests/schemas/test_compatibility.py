"""The release: what is in it stays readable, and only what breaks nobody is added to it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import compatibility
from schemas.compatibility import (
    OTHERS_WRITE,
    RELEASED,
    Release,
    current,
    findings,
    main,
    read,
    successor,
    write,
)


@pytest.fixture
def now() -> Release:
    return copy.deepcopy(current())


@pytest.fixture
def released_in(tmp_path: Path) -> Path:
    assert main(["--release"], tmp_path) == 0
    return tmp_path


def edit(path: Path, change: Callable[[Any], object]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*.json")}


def test_the_models_and_code_lists_break_no_reader_of_the_release():
    assert findings(read(RELEASED), current()) == []


def test_the_check_passes_on_the_committed_release():
    assert main([]) == 0


def test_a_finding_is_one_sentence_with_type_place_break_and_remedy(now: Release):
    del now.events["incident.resolved.v1"]["properties"]["method"]

    (found,) = findings(current(), now)
    assert found.startswith("incident.resolved.v1: method: the property was removed; ")
    assert found.endswith("undo it, or publish incident.resolved.v2 beside it.")


def test_a_change_of_the_whole_event_says_so(now: Release):
    now.events["metric.cell.v1"]["additionalProperties"] = False

    assert findings(current(), now)[0].startswith("metric.cell.v1: the event: ")


def test_a_released_type_that_vanished_is_named(now: Release):
    del now.events["incident.closed.v1"]

    assert findings(current(), now) == [
        "incident.closed.v1: the released type is gone; keep it, and publish incident.closed.v2 beside it."
    ]


def test_a_type_nobody_has_released_is_free_to_change(now: Release):
    old = current()
    del old.events["incident.closed.v1"]
    now.events["incident.closed.v1"]["properties"].clear()

    assert findings(old, now) == []


def test_a_removed_code_is_named(now: Release):
    del now.lists["category/1"]["codes"]["land"]

    (found,) = findings(current(), now)
    assert found.startswith("category/1: land: the released code was removed, and history may hold it; ")
    assert found.endswith("keep it, or publish category/2 beside it.")


def test_a_removed_code_list_is_named(now: Release):
    del now.lists["means/1"]

    assert findings(current(), now) == [
        "means/1: the released code list is gone; keep it, and publish means/2 beside it."
    ]


def test_an_added_code_a_new_label_and_a_new_list_break_nobody(now: Release):
    now.lists["means/1"]["codes"]["video"] = {"zh": "视频回访", "en": "Video call"}
    now.lists["means/1"]["en"] = "How a party was asked"
    now.lists["means/2"] = {"id": "means/2", "codes": {}}

    assert findings(current(), now) == []


def test_all_findings_are_listed_at_once(now: Release):
    del now.events["incident.closed.v1"]
    del now.lists["means/1"]
    del now.events["metric.heartbeat.v1"]["properties"]["tier"]

    assert len(findings(current(), now)) == 3


def offered(release: Release, name: str) -> list[dict[str, Any]]:
    """The alternatives of the action of an event."""
    action = release.events[name]["properties"]["action"]
    found: list[dict[str, Any]] = action.get("anyOf") or action["oneOf"]
    return found


DANCE = {"type": "object", "properties": {"action": {"const": "dance"}, "partner": {"type": "string"}}}


def test_only_what_no_service_of_ours_writes_is_other_systems_to_write():
    assert {"report.submitted.v1", "action.submitted.v1"} <= OTHERS_WRITE
    assert all(name.endswith((".submitted.v1", ".submitted.v2", "-declared.v1")) for name in OTHERS_WRITE)


def test_more_may_be_let_in_from_other_systems_than_was(now: Release):
    offered(now, "action.submitted.v1").append(DANCE)
    now.events["report.submitted.v1"]["required"].remove("channel")
    now.events["report.submitted.v1"]["properties"]["parties"]["maxItems"] = 40

    assert findings(current(), now) == []


def test_no_less_may_be_let_in_from_other_systems_than_was(now: Release):
    offered(now, "action.submitted.v1").pop()
    now.events["report.submitted.v1"]["required"].append("severity")
    now.events["report.submitted.v1"]["properties"]["parties"]["maxItems"] = 10
    del now.events["report.submitted.v1"]["properties"]["backfill"]

    assert len(findings(current(), now)) == 4


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("action.received.v1", 1), ("action.received.v2", 0), ("action.forwarded.v1", 1), ("action.forwarded.v2", 0),
    ],
)  # fmt: skip
def test_an_action_is_added_only_to_what_an_older_service_reads_as_unknown(
    now: Release, name: str, broken: int
):
    offered(now, name).append(DANCE)

    assert len(findings(current(), now)) == broken


@pytest.mark.parametrize(("name", "following"), [("a.b.v1", "a.b.v2"), ("a.b.v9", "a.b.v10"), ("x/1", "x/2")])
def test_the_next_version_of_a_name(name: str, following: str):
    assert successor(name) == following


def test_what_is_released_is_what_the_models_say(released_in: Path):
    assert read(released_in) == current()
    assert main([], released_in) == 0


def test_releasing_twice_changes_nothing(released_in: Path):
    before = contents(released_in)

    assert main(["--release"], released_in) == 0
    assert contents(released_in) == before


def test_a_release_adds_new_types_and_compatible_versions(
    released_in: Path, capsys: pytest.CaptureFixture[str]
):
    (released_in / "incident.closed.v1.json").unlink()
    edit(released_in / "metric.cell.v1.json", lambda schema: schema["properties"].pop("channel"))
    edit(released_in / "codes" / "means-1.json", lambda one: one["codes"].pop("home"))
    capsys.readouterr()

    assert main([], released_in) == 0
    assert capsys.readouterr().out == "Not released yet: incident.closed.v1.\n"
    assert main(["--release"], released_in) == 0
    assert read(released_in) == current()


def test_a_release_that_breaks_one_reader_writes_nothing_at_all(
    released_in: Path, capsys: pytest.CaptureFixture[str]
):
    (released_in / "incident.closed.v1.json").unlink()
    edit(
        released_in / "metric.cell.v1.json",
        lambda schema: schema["properties"].update(gone={"type": "string"}),
    )
    before = contents(released_in)
    capsys.readouterr()

    assert main([], released_in) == 1
    assert main(["--release"], released_in) == 1
    assert contents(released_in) == before
    assert capsys.readouterr().out.count("metric.cell.v1: gone: the property was removed") == 2


def test_a_release_that_is_not_there_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([], tmp_path) == 1
    assert "Nothing is released" in capsys.readouterr().out


def test_a_vanished_model_is_noticed_by_the_command(
    released_in: Path, now: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    del now.events["incident.closed.v1"]
    monkeypatch.setattr(compatibility, "current", lambda: now)

    assert main(["--release"], released_in) == 1
    assert "incident.closed.v1: the released type is gone" in capsys.readouterr().out


def test_writing_a_release_keeps_what_it_does_not_know(tmp_path: Path, now: Release):
    write(tmp_path, now)
    write(tmp_path, Release({}, {}))

    assert read(tmp_path) == now
