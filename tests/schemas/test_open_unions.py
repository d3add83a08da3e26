"""A union whose readers take any other may grow; every other union may not."""

from typing import Any

import pytest

from schemas.breaks import NEW, OLD, breaks
from tests.schemas.specimen import Schema, a_schema

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
