"""The golden examples: what each event looks like on the wire, now and for ever."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from schemas.base import Event
from schemas.codes import load, resolve
from schemas.compatibility import OTHERS_WRITE, RELEASED, read
from schemas.generate import HERE, dump_json, event_schemas
from schemas.topics import EVENTS

PATHS = sorted((HERE / "examples").glob("*.json"))
SCHEMAS = event_schemas()
PRIVATE = "张三13800000000"
FULL_WIDTH = "620522".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


@functools.cache
def type_of(path: Path) -> str:
    """`incident.opened.v1.minimal.json` → `incident.opened.v1`."""
    return next(name for name in EVENTS if path.stem == name or path.stem.startswith(f"{name}."))


def raw(path: Path) -> Any:
    return json.loads(_text(path))


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def spots(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value, from the outside in."""
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from spots(part, (*at, key))


def with_value(value: Any, at: tuple[str | int, ...], put: Any) -> Any:
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = put
    return copy


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from objects(part)


def parts(model: BaseModel) -> Iterator[BaseModel]:
    yield model
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, BaseModel):
                yield from parts(one)


RELEASE = read(RELEASED).events
AS_RELEASED = [path for path in PATHS if type_of(path) in RELEASE.keys() - OTHERS_WRITE]
every_example = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
OPEN = [path for path in PATHS if type_of(path) != "action.refused.v1" and path.stem.endswith(".unknown")]
"""Examples with an action no version knows: it is kept as it came, and passed on whole."""


def test_every_type_has_an_example_and_every_example_a_type():
    assert {type_of(path) for path in PATHS} == EVENTS.keys()
    assert {path.stem for path in PATHS} >= EVENTS.keys()


@every_example
def test_an_example_is_valid_by_its_model_and_by_its_schema(path: Path):
    EVENTS[type_of(path)].model_validate(raw(path))
    Draft202012Validator(SCHEMAS[type_of(path)]).validate(raw(path))


@pytest.mark.parametrize("path", AS_RELEASED, ids=lambda path: path.stem)
def test_an_example_of_what_we_write_is_valid_by_the_released_schema(path: Path):
    Draft202012Validator(RELEASE[type_of(path)]).validate(raw(path))


@every_example
def test_an_example_is_written_as_the_generator_would_write_it(path: Path):
    assert path.read_text(encoding="utf-8") == dump_json(raw(path))


@every_example
def test_reading_writing_and_reading_again_gives_the_same_event(path: Path):
    model = EVENTS[type_of(path)]
    event = model.model_validate_json(path.read_bytes())
    text = event.model_dump_json()

    assert model.model_validate_json(text) == event
    assert model.model_validate(event.model_dump()) == event
    assert model.model_validate_json(text).model_dump_json() == text
    Draft202012Validator(SCHEMAS[type_of(path)]).validate(json.loads(text))


@every_example
def test_writing_keeps_what_the_example_says(path: Path):
    given, written = raw(path), json.loads(EVENTS[type_of(path)].model_validate(raw(path)).model_dump_json())

    for at in spots(given):
        was, now = given, written
        for key in at:
            was, now = was[key], now[key]
        assert isinstance(was, dict | list) or was == now


@pytest.mark.parametrize("path", OPEN, ids=lambda path: path.stem)
def test_an_action_nobody_knows_is_kept_whole(path: Path):
    event = EVENTS[type_of(path)].model_validate_json(path.read_bytes())

    assert json.loads(event.model_dump_json())["action"] == raw(path)["action"]


@pytest.mark.parametrize("path", sorted(set(PATHS) - set(OPEN)), ids=lambda path: path.stem)
def test_a_field_nobody_knows_is_tolerated_at_every_depth(path: Path):
    model = EVENTS[type_of(path)]
    wider = raw(path)
    for one in list(objects(wider)):
        one["since_v1_7"] = {"new": [1]}

    assert model.model_validate(wider) == model.model_validate(raw(path))
    assert "since_v1_7" not in model.model_validate(wider).model_dump_json()
    assert Draft202012Validator(SCHEMAS[type_of(path)]).is_valid(wider)


@every_example
def test_an_event_cannot_be_changed_at_any_depth(path: Path):
    for part in parts(EVENTS[type_of(path)].model_validate(raw(path))):
        for name in type(part).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(part, name, getattr(part, name))


@every_example
def test_a_refusal_never_repeats_what_was_sent(path: Path):
    refusals = [
        error
        for put in (PRIVATE, [PRIVATE], {PRIVATE: PRIVATE}, {"action": PRIVATE}, {"ref": PRIVATE})
        for at in spots(raw(path))
        if (error := refusal(EVENTS[type_of(path)], with_value(raw(path), at, put))) is not None
    ]

    assert refusals
    for error in refusals:
        assert PRIVATE not in str(error)
        assert PRIVATE not in str(error.errors(include_input=False))


def refusal(model: type[Event], given: Any) -> ValidationError | None:
    try:
        model.model_validate_json(json.dumps(given))
    except ValidationError as error:
        return error
    return None


@every_example
def test_the_codes_of_an_example_stand_in_their_lists(path: Path):
    lists = load()

    for at in spots(raw(path)):
        value = raw(path)
        for key in at:
            value = value[key]
        if isinstance(value, str) and "/1:" in value:
            kind = value.partition("/")[0]
            assert resolve(lists, kind, value) == value


def test_an_area_in_full_width_digits_is_refused():
    given = raw(HERE / "examples" / "report.submitted.v1.json") | {"area": FULL_WIDTH}

    assert refusal(EVENTS["report.submitted.v1"], given) is not None


@pytest.mark.parametrize(
    "named", [{}, {"incident_id": "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e21", "report_id": "1"}]
)
def test_an_action_names_its_incident_in_exactly_one_way(named: dict[str, str]):
    given = {"occurred_at": "2026-09-14T10:30:00+08:00", "action": {"action": "accept"}} | named

    with pytest.raises(ValidationError, match="one of the two"):
        EVENTS["action.submitted.v1"].model_validate(given)


def test_a_time_without_an_offset_is_refused():
    given = raw(HERE / "examples" / "report.submitted.v1.json") | {"occurred_at": "2026-09-14T09:05:00"}

    with pytest.raises(ValidationError, match="timezone"):
        EVENTS["report.submitted.v1"].model_validate(given)
