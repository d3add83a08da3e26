"""How centres work together with others: the next step follows from what is recorded, and ends in a settlement."""

from collections import Counter
from datetime import timedelta

import pytest

from cli import habits, together
from cli.desk import NEVER
from tests.cli.cases import (
    NOW,
    a_case,
    a_participant,
    a_session,
    a_whole,
    action_names,
    at_the_door,
    planned,
    whistled,
)


def test_a_plan_is_the_same_when_the_simulator_starts_again():
    cases = [a_case(n) for n in range(50)]

    assert [together.plan(7, one) for one in cases] == [together.plan(7, one) for one in cases]


def test_prominent_matters_of_a_village_mostly_get_a_joint_session_and_ordinary_ones_hardly_anything():
    prominent = Counter(together.plan(7, a_case(n)) for n in range(3000))
    ordinary = Counter(together.plan(7, a_case(n, severity="ordinary")) for n in range(3000))

    assert prominent["session"] / 3000 == pytest.approx(0.6 * 0.78, abs=0.04)
    assert ordinary["alone"] / 3000 > 0.94


def test_urgent_matters_are_whistled_for_in_three_rings_by_name():
    case = planned("whistle", severity="ordinary", category="safety")[0]

    (step,) = together.steps(7, case, a_whole(), NOW)

    called = step.deed.action["participants"]
    assert [one["ring"] for one in called] == ["1-minute", "3-minutes", "5-minutes"]
    assert all(one["ref"] for one in called)


def test_only_what_is_going_to_be_settled_at_once_and_for_the_first_time_has_a_plan():
    for n in range(1000):
        case = a_case(n)
        if together.plan(7, case) != "alone":
            deed = habits.centre(7, case)

            assert deed.action["action"] == "resolve"
            assert deed.after < NEVER
    assert {together.plan(7, a_case(n, attempt=2)) for n in range(300)} == {"alone"}


def test_most_participants_acknowledge_some_are_excused_and_a_few_never_answer():
    cases = planned("whistle")
    found = action_names(cases, whistled(a_participant()))

    assert found["acknowledge"] / len(cases) > 0.85
    assert 0 < found["call-off"] / len(cases) < 0.1
    assert 0 < found["excuse"] / len(cases) < 0.12
    assert found.total() < len(cases)


def test_a_participant_goes_on_with_the_step_that_is_not_done_yet():
    cases = planned("whistle")

    found = action_names(cases, whistled(a_participant("arrived", ("acknowledge", "arrive"))))

    assert set(found) == {"support", "call-off"}
    assert found["support"] / len(cases) > 0.9


def test_a_whistle_that_ended_leaves_the_settlement_to_do():
    case = planned("whistle")[0]
    whole = whistled(a_participant("reported"), NOW.isoformat())

    assert together.steps(7, case, whole, NOW) is None
    assert together.ending(7, case, whole).action["action"] == "resolve"


def test_a_session_is_called_then_held_or_sometimes_missed_and_called_again():
    cases = planned("session")

    first = action_names(cases, a_whole())
    due = action_names(cases, a_whole(sessions=[a_session("called")]))
    again = action_names(cases, a_whole(sessions=[a_session("missed")]))

    assert first == {"call-session": len(cases)}
    assert due["hold-session"] > due["miss-session"] > 0
    assert due["hold-session"] > due["adjourn-session"] > 0
    assert due["cancel-session"] > 0
    assert again == {"call-session": len(cases)}


def test_nobody_misses_a_session_twice():
    second = a_whole(sessions=[a_session("missed"), a_session("called", number=2)])

    assert "miss-session" not in action_names(planned("session"), second)


def test_whoever_has_acknowledged_goes_on():
    acknowledged = whistled(a_participant("acknowledged", ("acknowledge",)))

    assert set(action_names(cases := planned("whistle"), acknowledged)) == {"arrive", "call-off"}
    assert action_names(cases, acknowledged).total() == len(cases)


def test_nobody_holds_a_session_before_its_time():
    for case in planned("session"):
        (step,) = together.steps(7, case, a_whole(sessions=[a_session("called")]), NOW)

        assert step.deed.after > 4 or not step.deed.action["action"].startswith(("hold", "miss"))


@pytest.mark.parametrize(("agreement", "action"), [(True, "resolve"), (False, "escalate")])
def test_an_agreement_settles_it_jointly_and_without_one_the_tier_above_has_it(agreement, action):
    case = planned("session")[0]
    whole = a_whole(sessions=[a_session("held", agreement=agreement) | {"confirmed": agreement}])

    assert together.steps(7, case, whole, NOW) is None
    assert together.ending(7, case, whole).action["action"] == action


@pytest.mark.parametrize(
    ("plan", "event"), [("refer", "referred"), ("extend", "extended"), ("suspend", "suspended")]
)
def test_what_was_done_once_is_not_done_again(plan, event):
    about = {"tier": "county"} if plan == "refer" else {"severity": "ordinary"}
    case = planned(plan, **about)[0]
    done = a_whole(history=[{"event": f"incident.{event}.v1"}])

    assert together.steps(7, case, a_whole(), NOW)
    assert together.steps(7, case, done, NOW) is None


def test_a_clock_that_stands_still_runs_on_after_a_while():
    case = planned("suspend", severity="ordinary")[0]

    (step,) = together.steps(7, case, a_whole(suspended_at=NOW.isoformat()), NOW)

    assert step.deed.action == {"action": "resume"}


@pytest.mark.parametrize("tier", ["village", "town", "county"])
@pytest.mark.parametrize("severity", ["ordinary", "prominent"])
@pytest.mark.parametrize("category", ["land", "labour", "safety"])
def test_every_step_is_an_action_the_doors_know_with_codes_of_the_lists(tier, severity, category):
    shown = [
        a_whole(),
        whistled(a_participant()),
        a_whole(sessions=[a_session("called")]),
        a_whole(away={"stage": "sent", "number": 1}),
        a_whole(suspended_at=NOW.isoformat()),
    ]
    for n in range(200):
        case = a_case(n, tier=tier, severity=severity, category=category)
        for whole in shown:
            for step in together.steps(7, case, whole, NOW) or []:
                at_the_door(step.deed)


def test_what_another_tier_whistled_and_called_together_before_is_its_own():
    case = planned("session", tier="town")[0]
    before = (NOW - timedelta(seconds=9)).isoformat()
    whole = a_whole(sessions=[a_session("held", agreement=False) | {"called_at": before}])

    assert [one.deed.action["action"] for one in together.steps(7, case, whole, NOW)] == ["call-session"]
    assert together.ending(7, case, whole).action["action"] == "resolve"


def test_some_agreements_are_confirmed_by_the_court_once():
    held = a_session("held", agreement=True)
    confirming = [
        case for case in planned("session") if together.steps(7, case, a_whole(sessions=[held]), NOW)
    ]

    assert 0.05 < len(confirming) / len(planned("session")) < 0.4
    done = a_whole(sessions=[held | {"confirmed": True}])
    assert all(together.steps(7, case, done, NOW) is None for case in confirming)


def test_a_person_lists_a_matter_reminds_of_it_and_sometimes_names_another_leader():
    cases = planned("supervise", tier="town", severity="ordinary")
    listed = a_whole(listing={"reminders": 0})
    reminded = a_whole(listing={"reminders": 1}, history=[{"event": "incident.reminded.v1"}])

    assert action_names(cases, a_whole()) == {"list": len(cases)}
    assert action_names(cases, listed) == {"remind": len(cases)}
    moved = [one for one in cases if together.steps(7, one, reminded, NOW)]
    assert 0.2 < len(moved) / len(cases) < 0.6
    changed = {"event": "incident.leader-changed.v1"}
    done = reminded | {"history": [*reminded["history"], changed]}
    assert [one for one in moved if together.steps(7, one, done, NOW)] == []
