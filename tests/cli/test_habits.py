"""What centres do and parties answer: about as in the published figures, and the same for the same matter."""

import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli import habits
from cli.desk import NEVER
from cli.habits import Call, Case
from tests.cli.cases import LISTS, at_the_door

RESOLVED = datetime(2026, 1, 5, 9, tzinfo=UTC)


def a_case(n=0, *, tier="village", severity="ordinary", status="accepted", attempt=1, since="2026-01-05"):
    return Case(str(uuid.UUID(int=n)), tier, severity, status, attempt, since)


def a_call(n=0, *, attempt=1, party="p1", calls=0):
    return Call(str(uuid.UUID(int=n)), attempt, RESOLVED, party, calls)


def a_view(**changes):
    """An entry of the list of revisits."""
    due = (RESOLVED + timedelta(seconds=24)).isoformat()
    view = {"incident_id": "x", "attempt": 1, "round": 1, "resolved_at": RESOLVED.isoformat(), "due_at": due}
    return view | changes


def shares(deeds):
    counted = Counter("leave" if one.after == NEVER else one.action["action"] for one in deeds)
    return {name: count / len(deeds) for name, count in counted.items()}


def test_a_centre_decides_the_same_way_when_the_simulator_starts_again():
    cases = [a_case(n, status=status) for n in range(50) for status in ("open", "accepted")]

    assert [habits.centre(7, one) for one in cases] == [habits.centre(7, one) for one in cases]


def test_villages_settle_most_and_raise_some():
    found = shares([habits.centre(7, a_case(n)) for n in range(5000)])

    assert found["resolve"] == pytest.approx(0.945, abs=0.02)
    assert found["escalate"] == pytest.approx(0.045, abs=0.015)
    assert 0 < found["leave"] < 0.03


def test_a_few_matters_are_left_unacknowledged_until_a_deadline_takes_them():
    found = shares([habits.centre(7, a_case(n, status="open")) for n in range(5000)])

    assert found["leave"] == pytest.approx(0.025, abs=0.01)


def test_the_county_leaves_nothing_for_ever_since_nobody_is_above():
    for status in ("open", "accepted"):
        deeds = [habits.centre(7, a_case(n, tier="county", status=status)) for n in range(1000)]

        assert all(one.after < NEVER for one in deeds)
        assert all(one.action["action"] != "escalate" for one in deeds)


def test_a_matter_that_came_back_is_decided_anew():
    choices = {habits.centre(7, a_case(3, tier="town", since=str(n))).action["action"] for n in range(200)}

    assert choices == {"resolve", "return", "escalate"}


def test_what_was_reopened_is_settled():
    assert shares([habits.centre(7, a_case(n, attempt=2)) for n in range(500)]) == {"resolve": 1}


def test_of_what_another_body_sent_as_many_succeed_as_published_and_a_village_settles_all_else():
    offered = [replace(a_case(n), offered=True) for n in range(4000)]
    succeeded = [habits.settle(7, one)["outcome"] == "success" for one in offered]

    assert sum(succeeded) / 4000 == pytest.approx(0.866, abs=0.02)
    assert {habits.settle(7, a_case(n))["outcome"] for n in range(1000)} == {"success"}


@pytest.mark.parametrize("tier", ["village", "town", "county"])
@pytest.mark.parametrize("severity", ["ordinary", "prominent", "major"])
def test_every_action_is_one_the_doors_know_with_codes_of_the_lists(tier, severity):
    for n in range(300):
        deed = habits.centre(7, a_case(n, tier=tier, severity=severity))

        at_the_door(deed)


def test_most_are_satisfied_some_cannot_be_reached_and_a_few_relapse():
    replies = [habits.answer(7, a_call(n)) for n in range(10_000)]
    counted = Counter(one.visit["result"] for one in replies)

    assert counted["satisfied"] / 10_000 == pytest.approx(0.94, abs=0.01)
    assert set(counted) == set(LISTS["revisit-result/1"].codes)
    assert (counted["relapse"] + counted["dissatisfied"]) / 10_000 < 0.03


def test_nobody_relapses_twice_so_that_the_play_ends():
    results = {habits.answer(7, a_call(n, attempt=2)).visit["result"] for n in range(3000)}

    assert results == {"satisfied", "unreachable", "refused"}


def test_a_repeated_call_by_the_hotline_carries_the_same_time_so_that_it_counts_once():
    reply = habits.answer(7, a_call(1))

    assert reply == habits.answer(7, a_call(1))
    assert RESOLVED <= reply.occurred_at < RESOLVED + timedelta(minutes=1)


def test_only_parties_who_have_not_answered_are_asked():
    said = {"p1": (None, 0), "p2": ("satisfied", 1), "p3": ("unreachable", 1)}
    answers = [
        {"party": {"ref": ref}, "result": result and f"revisit-result/1:{result}", "calls": calls}
        for ref, (result, calls) in said.items()
    ]
    view = a_view(answers=answers)

    assert [(one.party, one.calls) for one in habits.calls(view, RESOLVED)] == [("p1", 0), ("p3", 1)]


def test_a_later_round_waits_until_its_date_is_near_and_has_calls_of_its_own():
    answers = [{"party": {"ref": "p1"}, "result": None, "calls": 0}]
    first, second = (a_view(answers=answers, round=number) for number in (1, 2))
    due = datetime.fromisoformat(second["due_at"])

    assert habits.calls(second, RESOLVED) == []
    (again,) = habits.calls(second, due)
    assert again.name not in {one.name for one in habits.calls(first, due)}
    assert habits.answer(7, again).occurred_at <= due


def test_nobody_relapses_in_a_later_round():
    calls = [replace(a_call(n), round=2) for n in range(3000)]

    assert {habits.answer(7, one).visit["result"] for one in calls} == {"satisfied", "unreachable", "refused"}
