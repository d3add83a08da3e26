"""Who is there for an area in a play, and what somebody says who is asked: as many as published, good for the door."""

import uuid
from collections import Counter

import pytest

from cli import habits, takers
from cli.desk import NEVER
from cli.habits import Case
from schemas import codes
from schemas.base import TIERS
from services.routing.registry import merge
from services.routing.registry_csv import Known, read
from tests.cli.cases import LISTS, PLACES, REGISTRY, at_the_door


def an_asked_case(n, *, asked="grid-staff/620522101201/1", status="open"):
    case_id = str(uuid.UUID(int=n))
    return Case(case_id, "village", "ordinary", status, 1, "2026-01-05", asked=asked, role="grid-staff")


@pytest.mark.parametrize("tier", TIERS)
def test_a_registry_is_one_its_door_takes(tier):
    given, wrong = read(takers.registry(tier, PLACES).encode(), Known(LISTS, REGISTRY))

    assert wrong == []
    assert merge((), given).wrong == ()


def test_there_are_as_many_grid_staff_as_published_and_four_contacts_for_each_village():
    given, _ = read(takers.registry("village", PLACES).encode(), Known(LISTS, REGISTRY))

    roles = Counter(codes.bare(entry.role) for _, entry in given)
    assert roles["grid-staff"] == 517
    for role in ("officer", "legal-adviser", "liaison-judge", "liaison-prosecutor", "mediator"):
        assert roles[role] == len(PLACES.villages)


def test_most_take_what_they_are_asked_some_decline_and_a_few_keep_silent():
    steps = [takers.answer(7, an_asked_case(n, status="accepted")) for n in range(4000)]

    said = Counter(None if one is None else one.deed.action["action"] for one in steps)
    assert said["take"] / 4000 == pytest.approx(0.95, abs=0.015)
    assert 0 < said["decline"] / 4000 < 0.05
    assert 0 < said[None] / 4000 < 0.04


def test_what_is_left_lying_nobody_takes_whoever_is_asked():
    cases = [an_asked_case(n, asked=one) for n in range(2000) for one in ("grid-staff/1", "mediator/1")]
    left = [one for one in cases if habits.centre(7, one).after == NEVER]

    assert len(left) / len(cases) == pytest.approx(0.025, abs=0.01)
    assert {takers.answer(7, one) for one in left} == {None}


def test_who_was_not_asked_says_nothing():
    assert takers.answer(7, an_asked_case(1, asked=None)) is None


def test_an_answer_comes_from_whoever_was_asked_with_a_reason_of_the_list():
    for n in range(1000):
        step = takers.answer(7, an_asked_case(n, status="accepted"))
        if step is not None:
            assert (step.role, step.ref) == ("grid-staff", "grid-staff/620522101201/1")
            at_the_door(step.deed)
