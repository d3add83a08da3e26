"""Whatever a person or another system may ask; a new action joins by itself, once its fields have something to draw."""

import uuid
from datetime import timedelta
from functools import cache
from typing import get_args

from hypothesis import strategies as st

from schemas.actions import Following, Handling
from schemas.base import TIERS
from tests.builders import VILLAGE

INCIDENTS = tuple(str(uuid.uuid5(uuid.UUID(int=7), str(at))) for at in range(3))
"""What is reported in a life, in this order."""
PEOPLE = ("o-1", "o-2", "o-3")
FIELDS = {
    "agreement": [True, False],
    "aid": ["aid/1:visit"],
    "answer": ["opened", "accepted", "returned", "succeeded", "failed"],
    "approver": PEOPLE,
    "assignee": PEOPLE,
    "bodies": [[{"role": "justice-office"}], [{"role": "police"}, {"role": "officer", "ref": "o-2"}]],
    "body": ["referral-body/1:court", "referral-body/1:police"],
    "case_number": [None, "C-7"],
    "confirmed": [True, False],
    "counselling": [f"counselling/1:{one}" for one in ("offered", "taken", "declined")],
    "department": ["dept/justice"],
    "lead": INCIDENTS,
    "leader": PEOPLE,
    "means": ["means/1:telephone"],
    "method": ["method/1:mediation", "method/1:joint"],
    "number": [None, 1],
    "origin": INCIDENTS,
    "outcome": ["outcome/1:success", "outcome/1:failure"],
    "participant": ["p1", "p1", "p2"],
    "participants": [
        [],
        [{"role": "police", "ring": "1-minute"}],
        [{"role": "police", "ring": "1-minute"}],
        [{"role": "officer", "ref": "o-3"}],
    ],
    "party": ["p1", "p2"],
    "place": [VILLAGE],
    "present": [["b1", "p1"], ["b1", "p1", "p2"]],
    "purpose": ["purpose/1:livelihood"],
    "reason": ["reason/1:too-hard", "reason/1:party-away", "reason/1:complex", "reason/1:overloaded"],
    "reference": [None, "AG-1"],
    "result": [
        f"revisit-result/1:{one}"
        for one in (
            "satisfied",
            "satisfied",
            "satisfied",
            "dissatisfied",
            "unreachable",
            "refused",
            "relapse",
        )
    ],
    "ring": [None, "1-minute", "slow"],
    "session": [1, 1, 2],
    "severity": ["severity/1:ordinary", "severity/1:prominent", "severity/1:major"],
    "span": ["P1D", "PT6H", "3 working days"],
    "support": ["support/1:staff", "support/1:expertise"],
    "to_tier": [None, None, *TIERS],
    "unit": ["court/qinan"],
    "whistle": [1, 1, 2],
}
"""What is drawn for a field of this name."""
OWN = {
    ("answer-referral", "agreement"): [None, "AG-1"],
    ("hold-session", "reference"): [None],
    ("excuse", "reason"): ["reason/1:engaged-elsewhere"],
    ("suspend", "reason"): ["reason/1:party-away", "reason/1:party-away", "reason/1:too-hard"],
    ("extend", "reason"): ["reason/1:complex", "reason/1:complex", "reason/1:too-hard"],
    ("decline", "reason"): ["reason/1:overloaded", "reason/1:overloaded", "reason/1:too-hard"],
}
"""What is drawn for a field of this name in one action only."""
MOMENTS = {
    "at": [timedelta(0), timedelta(0), timedelta(hours=1), timedelta(days=2), timedelta(days=30)],
    "until": [timedelta(days=2), timedelta(days=20), timedelta(days=500)],
}
"""What is drawn for a moment, from now on."""


def name_of(action):
    """What an action is called."""
    return action.model_fields["action"].default


ACTIONS = {name_of(one): one for one in (*get_args(Handling), *get_args(Following))}
FOLLOWING = {name_of(one) for one in get_args(Following)}
"""What followup decides."""
WEIGHTS = {"accept": 4, "resolve": 4, "escalate": 2, "visit": 4}
"""How often an action is drawn where any may be; others once."""
ANY = st.sampled_from([name for name in ACTIONS for _ in range(WEIGHTS.get(name, 1))])


def fill(draw, name, now, **given):
    """An action of this name: what is not given is drawn."""
    action = ACTIONS[name]
    values = {
        field: given[field] if field in given else _drawn(draw, name, field, now)
        for field in action.model_fields
        if field != "action"
    }
    return action.model_validate(values)


def _drawn(draw, name, field, now):
    if field in MOMENTS:
        return now + draw(_among(field, field))
    return draw(_among(name, field))


@cache
def _among(name, field):
    return st.sampled_from(MOMENTS.get(field) or OWN.get((name, field)) or FIELDS[field])
