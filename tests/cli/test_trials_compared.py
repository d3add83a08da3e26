"""Two lives side by side, told apart part by part: what is left out is left out everywhere."""

import pytest

from cli.trials.compared import STEPS, differences
from cli.trials.life import Life
from tests.builders import NOW, later

PARTS = {
    "assignment": (
        Life(due=[("village", "answer", NOW)], asked=[("village", "grid-staff")]),
        Life(
            due=[("village", "answer", later(hours=1))],
            asked=[("village", "mediator")],
            overdue=[("village", "answer")],
            unclaimed=["village"],
        ),
        {"to take or decline: later", "would be overdue", "who is asked to take it", "nobody would take it"},
    ),
    "referrals": (
        Life(due=[("town", "referral.answer", NOW)], overdue=[("town", "transfer.answer")], stopped=[True]),
        Life(due=[("town", "referral.answer", later(hours=-1))], stopped=[False]),
        {
            "a body to answer: earlier",
            "would not be overdue",
            "the clock runs on while it is out",
        },
    ),
    "supervision": (
        Life(listed=1, reminded=[NOW]),
        Life(reminded=[NOW, later(days=1)]),
        {"no longer listed by rule", "reminded of"},
    ),
}


def kinds(*found):
    return {kind[1] for kind, _ in differences(*found)}


@pytest.mark.parametrize("part", PARTS)
def test_every_difference_of_a_part_is_told_and_none_when_the_part_is_left_out(part):
    before, after, told = PARTS[part]

    assert kinds(before, after) == told
    assert kinds(before, after, [part]) == set()
    assert kinds(before, after, set(STEPS) - {part}) == told


def test_what_is_refused_as_often_under_its_own_rules_is_no_difference():
    refused = ("incident.accepted.v1", "not-in-this-state")

    assert kinds(Life(refused=[refused]), Life(refused=[refused])) == set()
    assert kinds(Life(refused=[refused]), Life(refused=[refused, refused])) == {"no longer allowed"}
