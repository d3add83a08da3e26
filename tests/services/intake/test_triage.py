"""研判: which rules see what in a report."""

import pytest

from services.intake.triage import Told, propose
from tests.builders import a_policy

LAND = Told("land", "patrol")


def a_triage(*rules):
    """A policy with these rules, each ordinary unless it says more."""
    named = [{"name": f"rule-{at}", "because": "因为"} | one for at, one in enumerate(rules)]
    return a_policy(triage=named)


def seen(policy, told):
    """The severity proposed, and the rules that propose it."""
    found = propose(policy, told)
    return found.severity, [one.name for one in found.rules]


def test_without_a_rule_a_report_is_ordinary():
    assert seen(a_triage(), LAND) == ("ordinary", [])


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"categories": ["land"]}, LAND),
        ({"channels": ["patrol"]}, LAND),
        ({"people": 5}, Told("land", "patrol", 5)),
        ({"words": ["持刀"]}, Told("land", "patrol", None, "对方持刀 上门")),
        ({"words": ["ABC"]}, Told("land", "patrol", None, "ａ b c公司欠款")),
    ],
    ids=["category", "channel", "people", "words", "written otherwise"],
)
def test_a_condition_that_is_met_proposes(condition, told):
    assert seen(a_triage({"severity": "prominent"} | condition), told) == ("prominent", ["rule-0"])


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ({"categories": ["family"]}, LAND),
        ({"channels": ["police"]}, LAND),
        ({"people": 5}, Told("land", "patrol", 4)),
        ({"people": 5}, LAND),
        ({"words": ["持刀"]}, Told("land", "patrol", None, "双方争吵")),
        ({"words": ["持刀"]}, LAND),
        ({"categories": ["land"], "people": 5}, LAND),
    ],
    ids=["category", "channel", "fewer people", "people unknown", "words", "no words", "one of two"],
)
def test_every_condition_must_be_met(condition, told):
    assert seen(a_triage({"severity": "prominent"} | condition), told) == ("ordinary", [])


def test_the_gravest_rules_win_and_all_of_them_are_named():
    rules = (
        {"severity": "prominent", "channels": ["patrol"]},
        {"severity": "major", "categories": ["land"]},
        {"severity": "major", "people": 3},
    )

    assert seen(a_triage(*rules), Told("land", "patrol", 3)) == ("major", ["rule-1", "rule-2"])


def test_a_proposal_names_its_policy_and_rules():
    policy = a_triage({"severity": "major", "categories": ["land"]})

    assert propose(policy, LAND).names == (f"{policy.version} triage.rule-0",)
