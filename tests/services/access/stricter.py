"""A door's document as it is held against answers: no excuses in it, and what there is to ask about."""

import copy

from schemas.codes import load
from tests.services.access.county import IDS, PLACES, csv

HERE = [PLACES["own"], PLACES["below"], PLACES["elsewhere"]]
LISTS = {
    "category": "category", "channel": "channel", "severity": "severity", "activity": "activity", "means": "means",
    "reason": "reason", "method": "method", "outcome": "outcome", "purpose": "purpose", "aid": "aid",
    "counselling": "counselling", "support": "support", "result": "revisit-result", "source": "referral-body",
    "body": "referral-body", "role": "staff-role",
}  # fmt: skip
"""Which list of codes a field of a request is of, by its name."""


def stricter(document, *, narrow):
    """The document without what would excuse any answer; `narrow` where requests are to be about what there is."""
    strict = copy.deepcopy(document)
    every = [one for path in strict["paths"].values() for one in path.values()]
    for one in every:
        one["responses"].pop("default")
        _streamed(one["responses"])
    if narrow:
        _narrowed(every, strict["components"]["schemas"])
    return strict


def _streamed(responses):
    """A schema beside a stream is of all of it, and would be taken for one of an event."""
    for answer in responses.values():
        answer.get("content", {}).get("text/event-stream", {}).pop("schema", None)


def _narrowed(every, schemas):
    asked = _named_by([one.get("requestBody") for one in every], schemas)
    answered = _named_by([one["responses"] for one in every], schemas)
    for one in every:
        _filed(one)
        for given in one.get("parameters", ()):
            given["schema"] = _about(given["name"], given["schema"])
    for name in asked - answered:
        fields = schemas[name].get("properties", {})
        schemas[name]["properties"] = {one: _about(one, part, name) for one, part in fields.items()}


def _filed(operation):
    """A file of contacts is one of a few; a source's list is whatever it is."""
    content = operation.get("requestBody", {}).get("content", {})
    if list(content) == ["text/csv"]:
        content["text/csv"]["schema"] = {"enum": [csv(one).decode() for one in HERE]}


def _about(name, part, of=""):
    """What there is, where a field names something; else nearly all that is asked is asked about nothing."""
    if "enum" in part or "const" in part or "$ref" in part:
        return part
    if name in {"incident_id", "batch_id", "lead", "derived_from"}:
        return {"enum": [IDS["own"], IDS["below"]]}
    if name == "area":
        return {"enum": HERE}
    if name == "occurred_at":
        return {"enum": ["2026-09-20T09:20:00+08:00", "2026-09-21T10:00:00+08:00"]}
    if name in {"party", "participant"}:
        return {"enum": ["p1", "p2"]}
    if name == "period":
        return {"enum": ["2026-09"]}
    if name == "metric":
        return {"enum": ["closure_rate"]} if part.get("type") == "string" else part
    code = "party-role" if of == "PartyRequest" and name == "role" else LISTS.get(name)
    return part if code is None else {"enum": _codes(code)}


def _codes(name):
    return sorted({code for one in load().values() for code in one.codes if one.id.startswith(f"{name}/")})


def _named_by(part, schemas):
    found, left = set(), [part]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in found:
                found.add(name)
                left.append(schemas[name])
            one = list(one.values())
        if isinstance(one, list):
            left.extend(one)
    return found
