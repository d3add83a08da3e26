"""Every action of the unions as a request has it: the least of it that is understood."""

from typing import get_args

from schemas.actions import Following, Handling
from schemas.codes import CODED, KINDS, load

CODES = {one.id.partition("/")[0]: one.codes for one in load().values()}
OTHERS = {
    "assignee": "o-1", "approver": "o-2", "span": "P1D", "party": "p1", "leader": "l-1", "department": "d-1",
    "unit": "court/620522", "number": 1, "whistle": 1, "session": 1, "participant": "p1", "at": "2026-09-20T01:00:00Z",
    "until": "2027-09-20T01:00:00Z", "place": "620522101203", "lead": "0" * 36, "origin": "0" * 36, "ref": "o-3",
    "answer": "accepted", "bodies": [{"role": "court"}], "confirmed": False, "present": ["p1"],
}  # fmt: skip


def _body(model):
    fields = {name: one for name, one in model.model_fields.items() if one.is_required()}
    name = get_args(model.model_fields["action"].annotation)[0]
    return {"action": name} | {one: _value(one) for one in fields if one != "action"}


def _value(field):
    if field in CODED:
        return next(iter(CODES[KINDS.get(field, field)]))
    return OTHERS[field]


HANDLING = {one["action"]: one for one in map(_body, get_args(Handling))}
FOLLOWING = {one["action"]: one for one in map(_body, get_args(Following))}
"""By their names."""
