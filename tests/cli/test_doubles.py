"""A person looks at a proposed duplicate: what is very much alike is linked, the rest is not; some links are undone."""

import uuid

import pytest

from cli import doubles
from cli.habits import Case

CASE = Case(str(uuid.UUID(int=1)), "village", "ordinary", "open", 1, "2026-01-05", proposed=True)


def proposed(*scores):
    return {
        "ties": {
            "proposals": [{"lead": str(uuid.UUID(int=9 + at)), "score": one} for at, one in enumerate(scores)]
        }
    }


@pytest.mark.parametrize(("score", "action"), [(9, "link"), (6, "link"), (5, "dismiss"), (3, "dismiss")])
def test_what_is_very_much_alike_is_linked_and_the_rest_is_not(score, action):
    (step,) = doubles.judged(7, CASE, proposed(score, 3))

    assert step.deed.action == {"action": action, "lead": str(uuid.UUID(int=9))}


def test_nothing_is_said_where_nothing_is_proposed_any_more():
    assert doubles.judged(7, CASE, proposed()) == []


def test_a_few_links_are_undone():
    cases = [
        Case(str(uuid.UUID(int=n)), "village", "ordinary", "open", 1, "x", linked=True) for n in range(2000)
    ]

    undone = [step for one in cases for step in doubles.undone(7, one)]

    assert len(undone) / 2000 == pytest.approx(0.12, abs=0.03)
    assert {step.deed.action["action"] for step in undone} == {"unlink"}
