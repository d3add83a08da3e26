"""What a centre may do to an incident in each state, and when the rules say no."""

import dataclasses
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from schemas.actions import HandlingAction
from schemas.handoff import ActionForwarded
from services.routing.handling import Request, decide_action
from services.routing.life import act
from services.routing.refusal import SENTENCES, Refused
from tests.builders import (
    NOW,
    OFFICER,
    REPORTED_AT,
    a_centre,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    later,
)

ACTIONS = {
    "accept": {"action": "accept"},
    "assign": {"action": "assign", "assignee": "o-7"},
    "escalate": {"action": "escalate", "reason": "reason/1:too-hard"},
    "return": {"action": "return", "reason": "reason/1:wrong-tier"},
    "resolve": {"action": "resolve", "method": "method/1:mediation", "outcome": "outcome/1:success"},
}
STATES = {
    "open": an_incident(),
    "accepted": an_accepted_incident(),
    "resolved": a_resolved_incident(),
    "closed": a_resolved_incident(status="closed"),
    "handed-over": an_incident(status="handed-over", owner="town"),
}
HANDOVER = ["incident.escalated.v1", "incident.handed-over.v1"]
FORWARD = ["action.forwarded.v2"]
TABLE = {
    ("open", "accept"): ["incident.accepted.v1"],
    ("open", "assign"): ["incident.assigned.v1"],
    ("open", "escalate"): HANDOVER,
    ("open", "return"): "nowhere-to-return",
    ("open", "resolve"): "not-accepted",
    ("accepted", "accept"): "already-accepted",
    ("accepted", "assign"): ["incident.assigned.v1"],
    ("accepted", "escalate"): HANDOVER,
    ("accepted", "return"): "nowhere-to-return",
    ("accepted", "resolve"): ["incident.resolved.v1"],
} | {
    (state, action): expected
    for state, expected in (("resolved", "already-resolved"), ("closed", "closed"), ("handed-over", FORWARD))
    for action in ACTIONS
}  # fmt: skip


def request(action, **changes):
    return Request(
        TypeAdapter(HandlingAction).validate_python(ACTIONS[action] | changes.pop("fields", {})),
        OFFICER,
        changes.pop("occurred_at", NOW),
    )


def test_the_table_knows_every_action_in_every_state():
    assert TABLE.keys() == {(state, action) for state in STATES for action in ACTIONS}


@pytest.mark.parametrize(("state", "action"), TABLE, ids="-".join)
def test_an_action_in_a_state_is_done_forwarded_or_refused(state, action):
    incident, expected = STATES[state], TABLE[state, action]

    if isinstance(expected, str):
        with pytest.raises(Refused) as caught:
            act(incident, request(action), a_centre(), NOW)
        assert caught.value.reason == expected
    else:
        _, events = act(incident, request(action), a_centre(), NOW)
        assert [one.type for one in events] == expected


@pytest.mark.parametrize("action", ACTIONS)
def test_a_forwarded_action_arrives_as_it_was_asked_and_changes_nothing_here(action):
    asked, incident = request(action), STATES["handed-over"]

    after, [forwarded] = act(incident, asked, a_centre(), NOW)

    assert after == incident
    assert forwarded == ActionForwarded(
        to_tier="town", from_tier="village", incident_id=incident.incident_id, occurred_at=NOW, actor=OFFICER,
        action=asked.action,
    )  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_happens_before_the_report(action):
    early = request(action, occurred_at=REPORTED_AT - timedelta(seconds=1))

    with pytest.raises(Refused, match="before-the-report"):
        decide_action(an_accepted_incident(), early, a_centre(), NOW)


def test_nothing_is_done_to_an_incident_nobody_knows():
    with pytest.raises(Refused, match="unknown-incident"):
        act(None, request("accept"), a_centre(), NOW)


def test_accepting_begins_the_handling_clock():
    after, [accepted] = act(an_incident(), request("accept", occurred_at=later(hours=-0.01)), a_centre(), NOW)

    assert after.status == "accepted"
    assert (after.due_step, after.due_at) == ("handle", NOW + timedelta(days=1))
    assert after.handle_by == accepted.due_at
    assert accepted.opened_at == REPORTED_AT


@pytest.mark.parametrize(("minutes", "on_time"), [(0, True), (1, False)])
def test_on_time_is_judged_by_when_it_happened(minutes, on_time):
    incident = an_accepted_incident(handle_by=later(hours=5))
    done = request("resolve", occurred_at=later(hours=5, minutes=minutes))

    after, [resolved] = act(incident, done, a_centre(), later(days=30))

    assert resolved.on_time is on_time
    assert (after.status, after.on_time, after.resolved_at) == ("resolved", on_time, done.occurred_at)
    assert (after.due_at, after.due_step) == (None, None)


def test_a_target_the_source_promised_counts_before_our_own():
    incident = an_accepted_incident(handle_by=later(hours=1), target_at=later(hours=9))

    _, [resolved] = act(incident, request("resolve", occurred_at=later(hours=2)), a_centre(), NOW)

    assert resolved.target_at == later(hours=9)
    assert resolved.on_time is True


def test_without_a_promise_nothing_is_late():
    incident = an_accepted_incident(handle_by=None, due_at=None, due_step=None, backfill=True)

    _, [resolved] = act(incident, request("resolve"), a_centre(), NOW)

    assert (resolved.target_at, resolved.on_time) == (None, None)


def test_an_assignment_keeps_state_and_clock():
    before = an_accepted_incident()

    after, _ = act(before, request("assign"), a_centre(), NOW)

    assert after.assignee == "o-7"
    assert (
        dataclasses.replace(
            after, assignee=None, assignment=None, handlers=(), history=(), lines=before.lines
        )
        == before
    )


def test_every_step_is_a_line_of_the_history():
    incident = an_incident()
    for action in ("accept", "assign", "resolve"):
        incident, _ = act(incident, request(action), a_centre(), later(minutes=1))

    assert [(one.event, one.detail) for one in incident.history] == [
        ("incident.accepted.v1", None),
        ("incident.assigned.v1", "o-7"),
        ("incident.resolved.v1", "method/1:mediation outcome/1:success"),
    ]
    assert {(one.occurred_at, one.recorded_at) for one in incident.history} == {(NOW, later(minutes=1))}


def test_every_refusal_can_be_said_in_both_languages():
    said = {reason for expected in TABLE.values() if isinstance(reason := expected, str)}

    assert said <= SENTENCES.keys()
    assert all(zh and en for zh, en in SENTENCES.values())
