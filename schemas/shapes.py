"""How to read a JSON Schema: references followed, alternatives told apart, notes left out."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

NOTES = (
    "$schema", "$id", "$comment", "$defs", "title", "description", "examples", "default", "deprecated",
    "readOnly", "writeOnly",
)  # fmt: skip
"""Keywords that refuse no value."""
UNIONS = ("anyOf", "oneOf")
OTHERS = "any other"
"""How the alternative is called that takes every value no other alternative takes."""
NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas", "dependentRequired")
"""Keywords whose keys are names, not keywords."""


def reference(schema: object) -> str:
    """Give the target of a reference, or nothing when the schema is none."""
    return str(schema.get("$ref", "")) if isinstance(schema, dict) else ""


def resolved(root: Schema, schema: object) -> Schema:
    """Follow the references of a schema of the document `root`; what stands beside a reference wins."""
    if not isinstance(schema, dict):
        return {"not": {}} if schema is False else {}
    found: Schema = schema
    while (target := reference(found)).startswith("#/"):
        named: Schema = root
        for step in target[2:].split("/"):
            named = named[step]
        found = named | {key: value for key, value in found.items() if key != "$ref"}
    return found


def is_union(schema: Schema) -> bool:
    """Whether a resolved schema offers alternatives."""
    return any(keyword in schema for keyword in UNIONS) or isinstance(schema.get("type"), list)


def members(root: Schema, schema: Schema) -> dict[str, Schema]:
    """Give the alternatives of a resolved schema by what tells them apart: their tag, or their type."""
    plain = list(_flattened(root, schema))
    labels = [_label(root, member) for member in plain]
    tags = {label.partition("=")[0] for label in labels if "=" in label}
    labels = [
        OTHERS if _takes_any(root, one, tags) else label for label, one in zip(labels, plain, strict=True)
    ]
    seen: Counter[str] = Counter()
    for at, label in enumerate(labels):
        seen[label] += 1
        labels[at] = label if seen[label] == 1 else f"{label} {seen[label]}"
    return dict(zip(labels, plain, strict=True))


def spelled_out(
    root: Schema, value: object, *, names: bool = False, entered: frozenset[str] = frozenset()
) -> object:
    """Replace references by what they name and leave notes out, so that `==` compares meaning."""
    if isinstance(value, list):
        return [spelled_out(root, one, entered=entered) for one in value]
    if not isinstance(value, dict):
        return value
    if not names and (target := reference(value)):
        if target in entered:
            return target
        value, entered = resolved(root, value), entered | {target}
    return {
        key: spelled_out(root, part, names=not names and key in NAMED, entered=entered)
        for key, part in value.items()
        if names or key not in NOTES
    }


def _flattened(root: Schema, schema: Schema) -> Iterator[Schema]:
    if not is_union(schema):
        yield schema
        return
    common = {key: value for key, value in schema.items() if key not in (*UNIONS, *NOTES)}
    union = next((schema[keyword] for keyword in UNIONS if keyword in schema), None)
    for member in union or [{"type": one} for one in schema["type"]]:
        inner = resolved(root, member)
        if is_union(inner):
            yield from _flattened(root, common | inner)
        else:
            yield common | member if isinstance(member, dict) else common | inner


def _takes_any(root: Schema, member: Schema, tags: set[str]) -> bool:
    """Whether an alternative beside tagged ones asks for nothing but a tag, whatever that is."""
    shape = {key: value for key, value in resolved(root, member).items() if key not in NOTES}
    properties = {name: spelled_out(root, one) for name, one in shape.pop("properties", {}).items()}
    return shape == {"type": "object", "required": list(tags), "additionalProperties": True} and (
        properties == {tag: {"type": "string"} for tag in tags}
    )


def _label(root: Schema, member: Schema) -> str:
    shape = resolved(root, member)
    for name, schema in shape.get("properties", {}).items():
        if "const" in (found := resolved(root, schema)):
            return f"{name}={found['const']}"
    return str(shape.get("type", "anything"))
