"""What the simulator gives out of hand, and what others send: answered, recalled, given back, declared."""

from collections import Counter

import pytest

from cli import together
from cli.errands import eligible
from tests.cli.cases import (
    NOW,
    a_case,
    a_whole,
    action_names,
    planned,
)


def test_a_body_answers_over_the_bus_and_mostly_succeeds():
    cases = planned("refer", tier="county")
    taken = {"stage": "accepted", "number": 1}

    answers = [together.steps(7, one, a_whole(away=taken), NOW)[0] for one in cases]

    assert all(one.by_system and one.role == "partner" and len(one.ref) <= 64 for one in answers)
    said = Counter(one.deed.action["answer"] for one in answers)
    assert said["succeeded"] / len(cases) == pytest.approx(0.866, abs=0.08)


def test_a_transfer_is_answered_by_its_department_at_the_door():
    cases = planned("transfer", tier="town")
    out = {"stage": "sent", "number": 1}

    sent = action_names(cases, a_whole())
    answers = [together.steps(7, one, a_whole(away=out), NOW)[0] for one in cases]

    assert sent == {"transfer": len(cases)}
    assert {one.role for one in answers} == {"department"}
    assert Counter(one.deed.action["answer"] for one in answers)["accepted"] / len(cases) > 0.8


def test_what_is_recalled_is_recalled_before_it_can_be_opened():
    case = planned("recall", tier="town", severity="ordinary")[0]
    out = a_whole(away={"stage": "sent", "number": 1})

    (step,) = together.steps(7, case, out, NOW)

    assert step.deed.action["action"] == "recall"
    assert step.deed.after < 1


def test_a_few_of_the_matters_that_others_sent_go_back_to_them():
    plans = Counter(together.plan(7, a_case(n, tier="town", offered=True)) for n in range(3000))

    assert 0.02 < plans["give-back"] / 3000 < 0.1
    assert together.plan(7, a_case(1, tier="town")) != "give-back"


def test_a_body_declares_as_many_as_the_published_diversion_rate_says():
    assert eligible(105) == 266
    assert eligible(0) == 0
