"""The check on schemas nobody thought of: any released one, any small one."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas.breaks import breaks
from schemas.compatibility import RELEASED, read

RELEASE = read(RELEASED).events
Schema = dict[str, Any]


def places(schema: Schema, keyword: str) -> Iterator[Schema]:
    """Every part of a schema that holds the keyword."""
    if keyword in schema:
        yield schema
    for part in (*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()):
        yield from places(part, keyword)


@given(st.sampled_from(sorted(RELEASE)), st.data())
def test_removing_any_property_of_any_released_type_is_refused(name: str, data: st.DataObject):
    new = copy.deepcopy(RELEASE[name])
    part = data.draw(st.sampled_from(list(places(new, "properties"))))
    gone = data.draw(st.sampled_from(sorted(part["properties"])))
    del part["properties"][gone]

    assert any(gone in one.path or gone in one.what for one in breaks(RELEASE[name], new))


@given(st.sampled_from(sorted(RELEASE)), st.data())
def test_adding_an_optional_property_anywhere_in_any_released_type_is_allowed(name: str, data: st.DataObject):
    """Not where any property could stand before: to name one there would narrow it."""
    new = copy.deepcopy(RELEASE[name])
    closed = [one for one in places(new, "properties") if one.get("additionalProperties") is not True]
    part = data.draw(st.sampled_from(closed))
    part["properties"]["entirely_new"] = {"type": "string", "default": ""}

    assert breaks(RELEASE[name], new) == []


NUMBERS = st.fixed_dictionaries(
    {"type": st.just("integer")}, optional={"minimum": st.integers(0, 2), "maximum": st.integers(1, 3)}
)
TEXTS = st.one_of(
    st.fixed_dictionaries({"type": st.just("string")}, optional={"maxLength": st.integers(0, 2)}),
    st.sampled_from([["a"], ["a", "b"], ["b", "a"]]).map(lambda enum: {"type": "string", "enum": enum}),
    st.sampled_from([{"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "b$"}]),
)
LEAVES = NUMBERS | TEXTS


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def an_object(properties: dict[str, Schema], required: set[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": sorted(required & properties.keys())}


SHAPES = st.recursive(
    LEAVES | LEAVES.map(or_null),
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        st.builds(
            an_object,
            st.dictionaries(st.sampled_from("xyz"), inner, max_size=2),
            st.sets(st.sampled_from("xyz")),
        ),
    ),
    max_leaves=3,
)


def drifted(old: Schema, draw: st.DrawFn) -> Schema:
    """A later version of a schema: at most one place in it is different."""
    change = draw(st.sampled_from(["here", "null", "inside", "inside", "inside"]))
    if change == "here":
        return draw(SHAPES)
    if change == "null":
        return old["anyOf"][0] if "anyOf" in old else or_null(old)
    if "anyOf" in old:
        return or_null(drifted(old["anyOf"][0], draw))
    if "items" in old:
        return old | {"items": drifted(old["items"], draw)}
    if "properties" in old:
        return another_object(old, draw)
    return draw(NUMBERS if old["type"] == "integer" else TEXTS)


def another_object(old: Schema, draw: st.DrawFn) -> Schema:
    properties, required = dict(old["properties"]), set(old["required"])
    change = draw(st.sampled_from(["added", "required", "inside"]))
    if change == "added":
        properties = draw(st.dictionaries(st.sampled_from("xyz"), LEAVES, max_size=1)) | properties
    elif change == "required":
        required = draw(st.sets(st.sampled_from("xyz")))
    elif properties:
        name = draw(st.sampled_from(sorted(properties)))
        properties[name] = drifted(properties[name], draw)
    return an_object(properties, required)


def written_by(schema: Schema) -> st.SearchStrategy[Any]:
    """Values a writer of this schema might write, and near misses; it writes no fields it does not know."""
    if "anyOf" in schema:
        return st.none() | written_by(schema["anyOf"][0])
    match schema["type"]:
        case "array":
            return st.lists(written_by(schema["items"]), max_size=2)
        case "object":
            must = schema["required"]
            fields = {name: written_by(one) for name, one in schema["properties"].items()}
            return st.fixed_dictionaries(
                {name: one for name, one in fields.items() if name in must},
                optional={name: one for name, one in fields.items() if name not in must},
            )
        case "integer":
            return st.integers(0, 4)
        case _:
            return st.sampled_from(["", "a", "b", "ab", "abc"])


@st.composite
def drifts(draw: st.DrawFn) -> tuple[Schema, Schema]:
    old = draw(SHAPES)
    return old, drifted(old, draw)


@pytest.mark.wide
@settings(max_examples=500)
@given(drifts(), st.data())
def test_a_change_that_some_value_shows_to_break_a_reader_is_refused(
    drift: tuple[Schema, Schema], data: st.DataObject
):
    for writer, reader in (drift, drift[::-1]):
        reads, writes = Draft202012Validator(reader), Draft202012Validator(writer)
        values = data.draw(st.lists(written_by(writer), min_size=1, max_size=8))
        if any(writes.is_valid(value) and not reads.is_valid(value) for value in values):
            assert breaks(*drift)
