"""Somebody is looked after: counselling is offered and taken or declined, a support plan begins, goes on and ends."""

import uuid
from collections import Counter

import pytest

from cli import caring
from tests.cli.cases import NOW, at_the_door

IDS = [str(uuid.UUID(int=n)) for n in range(4000)]


def played(incident_id):
    """All that is done in a matter, as followup would show it after each step."""
    view = {"incident_id": incident_id, "answers": [{"party": {"ref": "p1"}}], "counselling": {}, "plans": []}
    done, actions = [], []
    while (step := caring.step(7, view, done, NOW)) is not None:
        action = at_the_door(step.deed)
        done.append(step.name)
        actions.append(action.counselling if action.action == "counsel" else action.action)
        match action.action:
            case "counsel":
                view["counselling"]["p1"] = action.counselling
            case "start-support-plan":
                assert action.until > NOW
                view["plans"] = [{"party": {"ref": "p1"}, "steps": 0}]
            case "record-support-step":
                view["plans"][0]["steps"] += 1
            case "end-support-plan":
                view["plans"] = []
        assert len(done) < 20
    return actions


def test_few_need_to_be_looked_after():
    assert sum(caring.needed(7, one) for one in IDS) / len(IDS) == pytest.approx(0.09, abs=0.02)


def test_whoever_needs_nothing_is_left_in_peace():
    spared = [one for one in IDS[:300] if not caring.needed(7, one)]

    assert len(spared) > 200
    assert [one for one in spared if played(one)] == []


def test_counselling_is_offered_before_it_is_taken_or_declined_and_offered_once():
    counselled = [actions for one in IDS if "counselling/1:offered" in (actions := played(one))]
    said = Counter(tuple(sorted(one for one in actions if "counselling/" in one)) for actions in counselled)

    assert len(counselled) / len(IDS) == pytest.approx(0.06, abs=0.015)
    assert all(actions[0] == "counselling/1:offered" for actions in counselled)
    assert set(said) == {
        ("counselling/1:offered", "counselling/1:taken"),
        ("counselling/1:declined", "counselling/1:offered"),
    }


def test_a_support_plan_begins_once_has_steps_and_ends_by_hand_or_by_its_date():
    plans = [actions for one in IDS if "start-support-plan" in (actions := played(one))]

    assert all(one.count("start-support-plan") == 1 for one in plans)
    assert all(one.count("record-support-step") == 2 for one in plans)
    assert 0 < sum("end-support-plan" in one for one in plans) < len(plans)


def test_nothing_begins_again_after_a_plan_has_ended():
    supported = next(one for one in IDS if "end-support-plan" in played(one))

    assert played(supported)[-1] == "end-support-plan"
