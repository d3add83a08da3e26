"""The doctor says where doors work without the second wall, and what to do."""

import pytest

from cli.doctoring.walls import entered, judge
from messaging.wall import Wall

GOOD = {"there": True}


def said(*, signs_in=True, **changes):
    [line] = judge("village-routing", Wall("routing_village_door", **GOOD | changes), signs_in=signs_in)
    return line


def test_a_role_that_sees_its_caller_s_rows_only_is_well():
    assert (said().verdict, "routing_village_door" in said().said) == ("ok", True)


@pytest.mark.parametrize(
    ("change", "verdict", "told", "advice"),
    [
        ({"there": False}, "wrong", "no role routing_village_door", "make it"),
        ({"there": False, "signs_in": False}, "warn", "no role routing_village_door", "make it"),
        ({"is_more": ["past row-level security"]}, "wrong", "is past row-level security", "take from it"),
        ({"is_more": ["the owner of incident"]}, "wrong", "is the owner of incident", "take from it"),
        ({"unbound": ["guard"]}, "wrong", "may touch guard", "take from it"),
        ({"lacking": ["select on report"]}, "wrong", "not granted select on report", "run the migration"),
        ({"unforced": ["incident"]}, "warn", "incident: the owner is not bound", "migrate --bind-owner"),
    ],
)
def test_what_is_not_well_is_one_line_with_what_to_do(change, verdict, told, advice):
    line = said(**change)

    assert (line.verdict, told in line.said, advice in line.advice) == (verdict, True, True)
    assert "sign-in.md" in line.advice or verdict == "warn"


async def test_a_door_that_cannot_log_in_is_wrong_and_its_password_is_not_said():
    [line] = await entered("village-routing", "postgresql://door:hunter2@127.0.0.1:1/one")

    assert (line.verdict, "cannot log in" in line.said) == ("wrong", True)
    assert "hunter2" not in line.said + line.advice
