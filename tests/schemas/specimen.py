"""A schema with every construct that the check for breaks knows, and a way to change it."""

import copy
from collections.abc import Callable
from typing import Any

from schemas.breaks import breaks

Schema = dict[str, Any]


PARTS = {
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
}


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
        "$defs": copy.deepcopy(PARTS),
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
