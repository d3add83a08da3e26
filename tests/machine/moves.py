"""Whatever a person or another system may ask; a new action joins by itself, once its fields have something to draw."""

import uuid
from datetime import timedelta
from typing import get_args

from hypothesis import strategies as st

from schemas.actions import Handling
from schemas.base import TIERS, Actor
from tests.builders import VILLAGE

INCIDENTS = tuple(str(uuid.uuid5(uuid.UUID(int=7), str(at))) for at in range(3))
"""What is reported in a life, in this order."""
PEOPLE = ("o-1", "o-2", "o-3")
FIELDS = {
    "agreement": [True, False],
    "answer": ["opened", "accepted", "returned", "succeeded", "failed"],
    "approver": PEOPLE,
    "assignee": PEOPLE,
    "bodies": [[{"role": "justice-office"}], [{"role": "police"}, {"role": "officer", "ref": "o-2"}]],
    "body": ["referral-body/1:court", "referral-body/1:police"],
    "case_number": [None, "C-7"],
    "confirmed": [True, False],
    "department": ["dept/justice"],
    "lead": INCIDENTS,
    "leader": PEOPLE,
    "method": ["method/1:mediation", "method/1:joint"],
    "number": [None, 1],
    "origin": INCIDENTS,
    "outcome": ["outcome/1:success", "outcome/1:failure"],
    "participant": ["p1", "p1", "p2"],
    "participants": [[], [{"role": "police", "ring": "1-minute"}], [{"role": "officer", "ref": "o-3"}]],
    "place": [VILLAGE],
    "present": [["b1", "p1"], ["b1", "p1", "p2"]],
    "reason": [
        f"reason/1:{one}"
        for one in (
            "too-hard",
            "more-facts-needed",
            "party-away",
            "complex",
            "awaiting-ruling",
            "engaged-elsewhere",
        )
    ],
    "reference": [None, "AG-1"],
    "ring": [None, "1-minute", "slow"],
    "session": [1, 1, 2],
    "severity": ["severity/1:ordinary", "severity/1:prominent", "severity/1:major"],
    "span": ["P1D", "PT6H", "3 working days"],
    "support": ["support/1:staff", "support/1:expertise"],
    "to_tier": [None, *TIERS],
    "unit": ["court/qinan"],
    "whistle": [1, 1, 2],
}
"""What is drawn for a field of this name."""
OWN = {("answer-referral", "agreement"): [None, "AG-1"]}
"""What is drawn for a field of this name in one action only."""
MOMENTS = {"at": [timedelta(hours=1), timedelta(days=2), timedelta(days=30)]}
"""What is drawn for a moment, from now on."""
ACTIONS = get_args(Handling)
WEIGHTS = {"accept": 6, "resolve": 6, "escalate": 2}
"""How often an action is drawn, so that a life gets anywhere; others once."""
ACTORS = st.sampled_from([Actor(role="officer", ref=one) for one in PEOPLE])
SENSIBLE = {
    "open": ["accept", "accept", "accept", "triage", "list", "return-to-source", "link", "link"],
    "accepted": [
        *["resolve"] * 4,
        "suspend", "extend", "escalate", "return", "assign", "triage", "list", "remind", "whistle", "call-session",
        "transfer", "refer",
    ],
    "whistled": ["acknowledge", "arrive", "support", "report-result", "report-result", "excuse", "call-off"],
    "called": ["hold-session", "adjourn-session", "miss-session", "cancel-session", "confirm-agreement", "resolve"],
    "away": ["recall", *["answer-referral"] * 3],
    "linked": ["unlink"],
    "suspended": ["resume", "resume", "change-leader"],
    "closed": ["strike-off", "change-leader"],
}  # fmt: skip
"""What a centre would do next."""


def an_action(now):
    """Any action routing may be asked for."""
    weighted = [one for one in ACTIONS for _ in range(WEIGHTS.get(_name(one), 1))]
    return st.sampled_from(weighted).flatmap(lambda one: _filled(one, now))


def a_next_step(state, now):
    """What a centre would do with a matter in this state; None when there is nothing to do."""
    names = _open_ends(state) or SENSIBLE.get("suspended" if state["suspended_at"] else state["status"], [])
    wanted = [one for one in ACTIONS if _name(one) in names]
    weighted = [one for one in wanted for _ in range(names.count(_name(one)))]
    return st.sampled_from(weighted).flatmap(lambda one: _filled(one, now)) if wanted else st.none()


def _open_ends(state):
    """What has to be gone on with before anything else."""
    if state["ties"]["lead"] is not None:
        return SENSIBLE["linked"]
    if state["away"] is not None:
        return SENSIBLE["away"]
    if state["status"] != "accepted" or state["suspended_at"]:
        return []
    if any(not one["ended_at"] for one in state["whistles"]):
        return SENSIBLE["whistled"]
    return SENSIBLE["called"] if state["sessions"] else []


def _name(action):
    return action.model_fields["action"].default


def _filled(action, now):
    values = {name: _value(action, name, now) for name in action.model_fields if name != "action"}
    return st.fixed_dictionaries(values).map(action.model_validate)


def _value(action, name, now):
    if name in MOMENTS:
        return st.sampled_from([now + one for one in MOMENTS[name]])
    return st.sampled_from(OWN.get((_name(action), name), FIELDS[name]))
