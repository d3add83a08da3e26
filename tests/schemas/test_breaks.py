"""One kind of change a test: what breaks a reader is named, what breaks nobody passes."""

import copy

import pytest

from schemas.breaks import OLD, breaks
from schemas.compatibility import RELEASED, read
from tests.schemas.specimen import a_schema, changed, put

RELEASE = read(RELEASED).events

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
