"""The OpenAPI document of a door: every status an operation can give stands in it, with the problem it brings."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

MEDIA_TYPE = "application/problem+json"
_TEXT: dict[str, Any] = {"type": "string"}
_ERROR = {
    "type": "object",
    "required": ["field"],
    "properties": {
        **dict.fromkeys(("field", "problem", "problem_zh"), _TEXT),
        "line": {"type": "integer"},
        **{name: {"type": ["string", "null"]} for name in ("expected", "found")},
    },
}
PROBLEM = {
    "type": "object",
    "description": "A problem (RFC 9457). It names the fields and repeats no value.",
    "required": ["type", "title", "status", "detail", "detail_zh"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "detail_zh"), _TEXT),
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": _ERROR},
    },
}
SAID = {
    400: "The body is not JSON, or has more parts or more of them within each other than anything here.",
    401: "Nobody is signed in, or not with a token or key that is taken here.",
    403: "The caller's roles do not allow this at this door, whatever it is done to.",
    404: "Nothing of this name is known here.",
    408: "Nothing more of the body came for too long, or all of it too slowly.",
    409: "The rules say no, or somebody changed it meanwhile; nothing was done.",
    410: "It was let in before and erased since; it is not let in again.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "Some fields cannot be used; each is named. Or the Idempotency-Key was used for another request.",
    429: "The caller has asked too often or too much at once; nothing was done. Come again after Retry-After.",
    500: "The service met an error of its own.",
    503: "Do not take this as accepted; come again after the seconds of Retry-After.",
}
_COUNT = {"schema": {"type": "integer"}}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These answers of an operation, as its route declares them."""
    return {status: {"description": SAID[status], "content": _CONTENT} for status in statuses}


OTHERWISE: dict[int | str, dict[str, Any]] = {
    "default": {"description": "A problem (RFC 9457).", "content": _CONTENT},
    **told(403, 500),
    401: told(401)[401] | {"headers": {"WWW-Authenticate": {"schema": _TEXT}}},
    429: told(429)[429]
    | {
        "headers": {
            "Retry-After": _COUNT,
            "RateLimit": {"schema": _TEXT},
            "RateLimit-Policy": {"schema": _TEXT},
        }
    },
    503: told(503)[503] | {"headers": {"Retry-After": _COUNT}},
}
"""What every operation may answer."""


SIGN_IN: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the issuer, or a sender's key (fqk_…). Where there is neither, nobody signs in.",
    }
}


class Door(FastAPI):
    """An application whose document has what follows from how a request is read."""

    def openapi(self) -> dict[str, Any]:
        """The document; FastAPI keeps it, so that this is done once."""
        document = super().openapi()
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas.setdefault("Problem", PROBLEM)
        components["securitySchemes"], document["security"] = SIGN_IN, [{name: []} for name in SIGN_IN]
        _as_strict_as_the_door(document["paths"], schemas)
        for path in document["paths"].values():
            for one in path.values():
                one["responses"] = dict(sorted((_read_as(one) | one["responses"]).items()))
        return document


def _read_as(operation: dict[str, Any]) -> dict[str, Any]:
    """What can be wrong with a request before it is understood."""
    body = operation.get("requestBody", {}).get("content", {})
    found = [408, 413, 415] if body else []
    if "application/json" in body:
        found.append(400)
    if body or operation.get("parameters"):
        found.append(422)
    return {str(status): answer for status, answer in told(*found).items()}


def _as_strict_as_the_door(paths: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A request has no field besides those it shows, at any depth; what tells its kinds apart must be there."""
    bodies = [one.get("requestBody") for path in paths.values() for one in path.values()]
    for name in _named_by(bodies, schemas):
        schema = schemas[name]
        if schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    for part in _parts([bodies, schemas]):
        if isinstance(by := part.get("discriminator"), dict):
            for name in (one.rpartition("/")[2] for one in by["mapping"].values()):
                needed = schemas[name].setdefault("required", [])
                needed += [] if by["propertyName"] in needed else [by["propertyName"]]


def _named_by(part: object, schemas: dict[str, Any]) -> set[str]:
    """Every schema that something is made of, at any depth."""
    found: set[str] = set()
    left = [part]
    while left:
        for one in _parts(left.pop()):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in found:
                found.add(name)
                left.append(schemas[name])
    return found


def _parts(part: object) -> Iterator[dict[str, Any]]:
    """A part of a document that is an object, and all in it."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _parts(one)
