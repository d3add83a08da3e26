"""Anybody can ask until when the parties are to be asked, and why, and is told step by step."""

from datetime import timedelta

import pytest

from services.followup.explained import NOT_DUE, explain
from services.followup.revisit import plan
from services.followup.state import SupportPlan
from tests.builders import APPLICANT, NOW, a_policy, a_revisit, later, policies, resolved

MAJOR = {"severity": "severity/1:major"}


def planned(**changes):
    revisit, _ = plan(None, resolved(**changes), policies(), NOW)
    return revisit


def told(revisit, *versions):
    return explain(revisit, policies(*versions)).deadlines


def test_the_revisit_is_told_from_when_it_was_planned_by_which_rule():
    [one] = told(planned())

    assert (one.step, one.number, one.due_at, one.began_at, one.span, one.rule) == (
        "revisit", 1, NOW + timedelta(days=7), NOW, "P7D", "default/2 revisit.due",
    )  # fmt: skip
    assert [said.zh for said in one.steps] == [
        "2026-09-14 09:25:00 起算，期限 P7D",
        "依据规则 default/2 revisit.due",
        "第 1 轮回访应于 2026-09-21 09:25:00 前完成",
    ]
    assert [said.en for said in one.steps] == [
        "Runs since 2026-09-14 09:25:00, for P7D",
        "By the rule default/2 revisit.due",
        "Round 1 is to be held by 2026-09-21 09:25:00",
    ]


def test_every_round_of_a_plan_is_counted_from_the_same_moment():
    rounds = told(planned(**MAJOR))

    assert [(one.number, one.began_at, one.span, one.rule) for one in rounds] == [
        (1, NOW, "P7D", "default/2 revisit.plans.major.0"),
        (2, NOW, "P30D", "default/2 revisit.plans.major.1"),
        (3, NOW, "P90D", "default/2 revisit.plans.major.2"),
    ]


def test_a_round_whose_date_has_passed_by_is_left_out_and_the_others_keep_their_rules():
    second = a_revisit(round=2, due_at=NOW + timedelta(days=90), overdue=True, **MAJOR)

    [one] = told(second)

    assert (one.number, one.began_at, one.rule, one.overdue) == (
        2, NOW, "default/2 revisit.plans.major.2", True,
    )  # fmt: skip


def test_the_end_of_a_support_plan_is_what_somebody_set():
    support = SupportPlan(3, APPLICANT, "purpose/1:health", later(days=30))

    *_, one = told(a_revisit(plans=(support,)))

    assert (one.step, one.number, one.due_at, one.rule, one.began_at) == (
        "support-plan", 3, later(days=30), None, None,
    )  # fmt: skip
    assert one.steps[0].zh == "帮扶 3（p1）由制定人定于 2026-10-14 09:25:00 结束，届时自动终止"


@pytest.mark.parametrize(
    ("revisit", "reason"),
    [
        (planned(backfill=True), "imported"),
        (a_revisit(status="done", outcome="satisfied", due_at=None), "done"),
    ],
    ids=["imported", "done"],
)
def test_it_says_why_no_round_is_due(revisit, reason):
    found = explain(revisit, policies())

    assert found.deadlines == ()
    assert found.why_not is not None
    assert (found.why_not.reason, found.why_not.zh, found.why_not.en) == (reason, *NOT_DUE[reason])


def test_without_its_policy_the_date_stands_and_no_rule_is_made_up():
    [one] = told(planned(), a_policy(version="other/1"))

    assert (one.due_at, one.began_at, one.rule, len(one.steps)) == (NOW + timedelta(days=7), None, None, 1)


def test_while_a_round_is_due_nothing_is_said_of_why_not():
    assert explain(planned(), policies()).why_not is None
