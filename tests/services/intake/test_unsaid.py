"""What a device sets without a word of what was there is compared with nothing: nobody is overwritten silently."""

from typing import get_args

import pytest

from schemas.actions import Asked, Unknown
from schemas.offline import Belief
from schemas.overwriting import overwritten
from services.intake.items import Item
from services.intake.unsaid import believed
from tests.builders import INCIDENT, a_report, a_submitted_action, an_activity

TOWARDS = "severity/1:major"
ASSIGN = {"action": "assign", "assignee": "u-9"}
SETS = {
    "assign": ("assignee", None),
    "triage": ("severity", None),
    "list": ("leader", None),
    "change-leader": ("leader", None),
    "link-origin": ("origin", None),
    "escalate": ("owner", "village"),
    "return": ("owner", "village"),
    "adjourn-session": ("session_at", None),
    "visit": ("result", None),
    "counsel": ("counselling", None),
}
FIELDS = {
    "assign": {"assignee": "u-9"},
    "triage": {"severity": TOWARDS, "reason": "new-facts"},
    "list": {"leader": "l-1", "reason": "new-facts"},
    "change-leader": {"leader": "l-1", "reason": "new-facts"},
    "link-origin": {"origin": INCIDENT},
    "escalate": {"reason": "too-hard"},
    "return": {"reason": "wrong-tier"},
    "adjourn-session": {"session": 1, "at": "2026-09-20T09:00:00+08:00", "reason": "party-away"},
    "visit": {"party": "p1", "means": "home", "result": "satisfied"},
    "counsel": {"party": "p1", "counselling": "offered"},
}


def acting(name, action, incident=INCIDENT, **changes):
    fields = {"report_id": None, "incident_id": incident, "action": action} | changes
    return Item(name, name.encode(), a_submitted_action(**fields))


def bases(*items):
    return [[(one.field, one.value) for one in item.given.based_on] for item in believed(items, "village")]


@pytest.mark.parametrize(("action", "basis"), SETS.items())
def test_what_an_action_sets_and_does_not_speak_of_was_empty_or_at_its_door(action, basis):
    assert bases(acting("i-1", {"action": action} | FIELDS[action])) == [[basis]]


def test_every_other_action_is_one_of_which_the_rules_refuse_the_second():
    every = {get_args(one.model_fields["action"].annotation)[0] for one in get_args(Asked)}

    assert every - SETS.keys() == {
        "accept", "resolve", "suspend", "resume", "extend", "take", "decline", "remind", "strike-off",
        "whistle", "acknowledge", "arrive", "support", "report-result", "excuse", "call-off",
        "call-session", "hold-session", "miss-session", "cancel-session", "confirm-agreement",
        "transfer", "refer", "recall", "answer-referral", "return-to-source", "link", "unlink", "dismiss",
        "start-support-plan", "record-support-step", "end-support-plan",
    }  # fmt: skip


def test_what_the_device_does_say_stays_and_nothing_is_added_to_it():
    said = [Belief(field="status", value="open"), Belief(field="assignee", value="u-3")]

    assert bases(acting("i-1", ASSIGN, based_on=said)) == [[("status", "open"), ("assignee", "u-3")]]


def test_what_it_says_of_something_else_does_not_speak_for_what_it_sets():
    said = [Belief(field="status", value="open")]

    assert bases(acting("i-1", ASSIGN, based_on=said)) == [[("status", "open"), ("assignee", None)]]


def test_a_device_does_not_come_into_conflict_with_its_own_earlier_word():
    again = ASSIGN | {"assignee": "u-10"}
    offered, taken = (
        {"action": "counsel", "party": "p1", "counselling": one} for one in ("offered", "taken")
    )

    assert bases(
        acting("i-1", ASSIGN),
        acting("i-2", again),
        acting("i-3", offered),
        acting("i-4", taken),
        acting("i-5", offered | {"party": "p2"}),
        acting("i-6", again, incident=None, report_id="r-1"),
    ) == [
        [("assignee", None)],
        [("assignee", "u-9")],
        [("counselling", None)],
        [("counselling", "offered")],
        [("counselling", None)],
        [("assignee", None)],
    ]


def test_what_sets_nothing_passes_as_it_came():
    items = [Item("i-1", b"1", a_report()), Item("i-2", b"2", an_activity()), Item("i-3", b"3", problem={})]
    accepted = acting("i-4", {"action": "accept"})

    assert believed([*items, accepted], "village") == [*items, accepted]


def test_what_nobody_knows_sets_nothing():
    assert overwritten(Unknown(action="rain")) is None
