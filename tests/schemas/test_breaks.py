"""One kind of change a test: what breaks a reader is named, what breaks nobody passes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas.breaks import NEW, OLD, breaks
from schemas.compatibility import RELEASED, read

RELEASE = read(RELEASED).events
Schema = dict[str, Any]


def a_schema() -> Schema:
    """An event with every construct the check knows; `next` makes it recursive."""
    return {
        "title": "Event",
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 10, "minLength": 1},
            "at": {"type": "string", "format": "date-time"},
            "tier": {"type": "string", "enum": ["village", "town", "county"]},
            "kind": {"type": "string", "const": "event"},
            "count": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "parties": {"type": "array", "items": {"$ref": "#/$defs/Party"}, "maxItems": 5},
            "action": {"oneOf": [{"$ref": "#/$defs/Accept"}, {"$ref": "#/$defs/Assign"}]},
            "next": {"anyOf": [{"$ref": "#/$defs/Link"}, {"type": "null"}], "default": None},
        },
        "required": ["id", "at", "tier", "action"],
        "$defs": {
            "Party": {"type": "object", "properties": {"ref": {"type": "string"}}, "required": ["ref"]},
            "Accept": {
                "type": "object",
                "properties": {"action": {"const": "accept", "type": "string"}},
                "required": ["action"],
            },
            "Assign": {
                "type": "object",
                "properties": {
                    "action": {"const": "assign", "type": "string"},
                    "to": {"type": "string", "maxLength": 9},
                },
                "required": ["action", "to"],
            },
            "Link": {
                "type": "object",
                "properties": {
                    "label": {"type": "string"},
                    "next": {"anyOf": [{"$ref": "#/$defs/Link"}, {"type": "null"}], "default": None},
                },
            },
        },
    }


def changed(change: Callable[[Schema], object]) -> list[tuple[str, str]]:
    """What the check says when `change` is made to the schema."""
    new = a_schema()
    change(new)
    return [(one.path, one.what) for one in breaks(a_schema(), new)]


def put(at: str, value: Any) -> Callable[[Schema], object]:
    """Set the keyword at a path such as `properties.count.maximum`; `...` removes it."""
    *way, last = at.split("/")

    def change(schema: Any) -> None:
        for step in way:
            schema = schema[int(step) if step.isdigit() else step]
        if value is ...:
            del schema[last]
        else:
            schema[last] = value

    return change


REFUSED = {
    "a removed property": (put("properties/note", ...), "note", "the property was removed"),
    "a removed property of a part": (put("$defs/Party/properties/ref", ...), "parties[].ref", "was removed"),
    "a property that became required": (
        put("required", ["id", "at", "tier", "action", "count"]), "count", "became required",
    ),
    "a new property that is required": (
        lambda schema: (
            schema["properties"].update(extra={"type": "string"}),
            schema["required"].append("extra"),
        ), "extra", "the new property is required",
    ),
    "a required property that became optional": (
        put("required", ["id", "at", "action"]), "tier", "no longer required",
    ),
    "a changed type": (put("properties/count/type", "string"), "count", "from integer to string"),
    "a widened type": (put("properties/count/type", "number"), "count", "from integer to number"),
    "a removed value": (put("properties/tier/enum", ["village", "town"]), "tier", '"county" was removed'),
    "an added value": (
        put("properties/tier/enum", ["village", "town", "county", "city"]), "tier", '"city" was added',
    ),
    "a list of values that became one value": (
        lambda schema: schema["properties"].update(tier={"type": "string", "const": "town"}),
        "tier", '"village" was removed',
    ),
    "values that became a closed list": (put("properties/id/enum", ["a"]), "id", "narrowed to a closed"),
    "values that are no longer a closed list": (put("properties/tier/enum", ...), "tier", "no longer a"),
    "a changed constant": (
        put("properties/kind/const", "thing"), "kind", 'constant changed from "event" to "thing"',
    ),
    "a changed pattern": (put("properties/id/pattern", "^[a-y]+$"), "id", "pattern changed"),
    "a dropped pattern": (put("properties/id/pattern", ...), "id", "pattern changed"),
    "a changed format": (put("properties/at/format", "date"), "at", "format changed"),
    "a lowered maximum": (
        put("properties/count/maximum", 99), "count", "maximum changed from 100 to 99, and history",
    ),
    "a raised maximum": (
        put("properties/count/maximum", 101), "count", "maximum changed from 100 to 101, and a released",
    ),
    "a dropped maximum": (put("properties/count/maximum", ...), "count", "to nothing, and a released reader"),
    "a new maximum": (put("$defs/Party/properties/ref/maxLength", 3), "parties[].ref", "from nothing to 3"),
    "a raised minimum": (
        put("properties/count/minimum", 2), "count", "minimum changed from 1 to 2, and history",
    ),
    "a lowered minimum": (put("properties/count/minimum", 0), "count", "and a released reader"),
    "a shorter string": (put("properties/id/maxLength", 9), "id", "maxLength changed from 10 to 9"),
    "a shorter list": (put("properties/parties/maxItems", 4), "parties", "maxItems changed from 5 to 4"),
    "null no longer allowed": (
        put("properties/note", {"type": "string", "default": None}), "note", "null is no longer allowed",
    ),
    "null newly allowed": (
        put("properties/id", {"anyOf": [a_schema()["properties"]["id"], {"type": "null"}]}),
        "id", "null is now allowed",
    ),
    "a removed alternative": (
        put("properties/action/oneOf", [{"$ref": "#/$defs/Accept"}]), "action", "action=assign was removed",
    ),
    "an added alternative": (
        lambda schema: (
            schema["$defs"].update(Close={"type": "object", "properties": {"action": {"const": "close"}}}),
            schema["properties"]["action"]["oneOf"].append({"$ref": "#/$defs/Close"}),
        ), "action", "action=close was added",
    ),
    "a change inside an alternative": (
        put("$defs/Assign/properties/to/maxLength", 8), "action<action=assign>.to", "maxLength changed",
    ),
    "a change inside something recursive": (
        put("$defs/Link/properties/label/type", "integer"), "next.label", "type changed",
    ),
    "a changed type of items": (
        put("properties/parties/items", {"type": "string"}), "parties[]", "type changed from object to",
    ),
    "items that may be anything": (put("properties/parties/items", ...), "parties", "items"),
    "a changed default": (put("properties/count/default", 2), "count", "default changed"),
    "a door closed to unknown fields": (put("additionalProperties", value=False), "", "additionalProperties"),
    "a condition nobody can judge": (put("properties/id/not", {"const": "x"}), "id", "its not changed"),
}  # fmt: skip


WIDENED = {
    "a required property that became optional", "an added value", "values that are no longer a closed list",
    "a dropped pattern", "a raised maximum", "a dropped maximum", "a lowered minimum", "null newly allowed",
    "an added alternative",
}  # fmt: skip
"""What lets more in than before, so that only a reader of the released schema stumbles."""


@pytest.mark.parametrize("kind", REFUSED)
def test_whom_it_breaks(kind: str):
    new = a_schema()
    REFUSED[kind][0](new)

    (who,) = {one.who for one in breaks(a_schema(), new)}

    assert (who == OLD) == (kind in WIDENED)


@pytest.mark.parametrize("kind", REFUSED)
def test_it_refuses(kind: str):
    change, path, what = REFUSED[kind]

    found = changed(change)

    assert found
    assert {where for where, _ in found} == {path}
    assert what in found[0][1]


ALLOWED = {
    "an added optional property with a default": put("properties/extra", {"type": "string", "default": ""}),
    "an added optional property that may be null": put(
        "properties/extra", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    ),
    "an added optional property of a part": put(
        "$defs/Party/properties/extra", {"type": "integer", "default": 0}
    ),
    "an added optional property of an alternative": put("$defs/Accept/properties/note", {"type": "string"}),
    "a new title": put("title", "Happening"),
    "a new description": put("properties/id/description", "Names it."),
    "new examples": put("properties/id/examples", ["a"]),
    "a note that it is deprecated": put("properties/note/deprecated", value=True),
    "a constant spelled as a list of one value": put(
        "properties/kind", {"type": "string", "enum": ["event"]}
    ),
    "values in another order": put("properties/tier/enum", ["county", "town", "village"]),
    "alternatives in another order": put(
        "properties/action/oneOf", [{"$ref": "#/$defs/Assign"}, {"$ref": "#/$defs/Accept"}]
    ),
    "a part written out where it stands": put("properties/parties/items", a_schema()["$defs"]["Party"]),
    "a part under another name": lambda schema: (
        schema["$defs"].update(Person=schema["$defs"].pop("Party")),
        schema["properties"]["parties"].update(items={"$ref": "#/$defs/Person"}),
    ),
    "null spelled as a list of types": put("properties/note", {"type": ["string", "null"], "default": None}),
    "a definition nobody uses": put("$defs/Unused", {"type": "string"}),
}


@pytest.mark.parametrize("kind", ALLOWED)
def test_it_allows(kind: str):
    assert changed(ALLOWED[kind]) == []


def test_an_optional_property_breaks_readers_whose_schema_is_closed():
    old = {"type": "object", "properties": {}, "additionalProperties": False}
    new = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}

    assert [one.path for one in breaks(old, new)] == ["a"]


def test_a_change_behind_a_keyword_it_cannot_judge_is_seen_through_references():
    old = {"allOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": {"type": "string", "description": "a"}}}

    assert breaks(old, {"allOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": {"type": "string"}}}) == []
    assert breaks(old, {"allOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": {"type": "integer"}}})


def test_a_property_named_like_a_keyword_is_a_property():
    old = {"allOf": [{"properties": {"title": {"type": "string"}}}]}

    assert breaks(old, {"allOf": [{"properties": {"title": {"type": "integer"}}}]})
    assert breaks({"properties": {"default": {"type": "string"}}}, {"properties": {}})


@pytest.mark.parametrize("name", RELEASE)
def test_a_released_schema_breaks_nobody_by_staying_as_it_is(name: str):
    assert breaks(RELEASE[name], copy.deepcopy(RELEASE[name])) == []


UNKNOWN = {
    "type": "object",
    "properties": {"action": {"type": "string"}},
    "required": ["action"],
    "additionalProperties": True,
}


def a_union(*more: Schema, **other: Any) -> Schema:
    """An event with an open union: two actions by name, and any other; `other` changes that last one."""
    closed = [{"$ref": "#/$defs/Accept"}, {"$ref": "#/$defs/Assign"}, *more]
    return {
        "type": "object",
        "properties": {"action": {"anyOf": [*closed, UNKNOWN | other]}},
        "$defs": a_schema()["$defs"],
    }


CLOSE = {"type": "object", "properties": {"action": {"const": "close", "type": "string"}}}


def test_an_alternative_may_be_added_to_a_union_whose_readers_take_any_other():
    assert breaks(a_union(), a_union(CLOSE)) == []


def test_an_open_union_loses_no_alternative():
    assert [one.who for one in breaks(a_union(CLOSE), a_union())] == [NEW]


def test_opening_a_union_is_no_less_a_break_than_any_alternative_added_to_a_closed_one():
    closed = a_union()
    closed["properties"]["action"]["anyOf"].pop()

    assert [(one.what, one.who) for one in breaks(closed, a_union())] == [
        ("the alternative any other was added, and a released reader refuses it", OLD)
    ]
    assert [one.who for one in breaks(a_union(), closed)] == [NEW]


@pytest.mark.parametrize(
    "other",
    [
        {"properties": {"action": {"type": "string", "maxLength": 3}}},
        {"properties": {"action": {"type": "string"}, "reason": {"type": "string"}}},
        {"required": ["action", "reason"]},
        {"required": []},
        {"additionalProperties": False},
        {"minProperties": 2},
    ],
)
def test_a_union_that_asks_more_of_any_other_than_a_name_is_not_open(other: Schema):
    found = breaks(a_union(**other), a_union(CLOSE, **other))

    assert [one.what for one in found] == [
        "the alternative action=close was added, and a released reader refuses it"
    ]


def test_a_known_alternative_of_an_open_union_stays_as_it_is():
    new = a_union()
    new["$defs"] = a_schema()["$defs"]
    new["$defs"]["Assign"]["properties"]["to"]["maxLength"] = 8

    assert [one.path for one in breaks(a_union(), new)] == ["action<action=assign>.to"]
