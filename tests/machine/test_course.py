"""The course of an incident as the rules of the game have it: what may not follow is noticed, each broken by hand."""

import pytest

from tests.builders import INCIDENT
from tests.machine.course import Course


@pytest.mark.parametrize(
    "course",
    [
        ["incident.accepted.v1"],
        ["incident.opened.v1", "incident.closed.v1"],
        ["incident.opened.v1", "incident.accepted.v1", "incident.accepted.v1"],
        ["incident.opened.v1", "incident.linked.v1", "incident.escalated.v1"],
        ["incident.opened.v1", "incident.linked.v1", "incident.overdue.v1"],
        ["incident.opened.v1", "incident.suspended.v1", "incident.accepted.v1"],
        ["incident.opened.v1", "incident.escalated.v1", "incident.resolved.v1"],
    ],
)
def test_an_event_that_may_not_follow_is_noticed(course):
    life = Course()
    for name in course[:-1]:
        life.step(name, {})

    with pytest.raises(AssertionError):
        life.step(course[-1], {"by_lead": None})


def test_a_resolution_while_somebody_is_called_is_noticed():
    life = Course(at="accepted")
    life.step("whistle.blown.v1", {"whistle": 1})

    with pytest.raises(AssertionError, match="while a whistle is open"):
        life.step("incident.resolved.v1", {"by_lead": None})


def test_a_resolution_before_a_session_that_was_called_is_noticed():
    life = Course(at="accepted")
    life.step("mediation.called.v1", {"session": 1})

    with pytest.raises(AssertionError, match="before a session that was called"):
        life.step("incident.resolved.v1", {"by_lead": None})


def test_a_resolution_of_what_is_suspended_is_noticed_unless_its_lead_takes_it_along():
    alone, along = Course(at="accepted", suspended=True), Course(at="accepted", suspended=True)

    along.step("incident.resolved.v1", {"by_lead": INCIDENT})
    with pytest.raises(AssertionError, match="while suspended"):
        alone.step("incident.resolved.v1", {"by_lead": None})


@pytest.mark.parametrize("rests", ["incident.linked.v1", "incident.suspended.v1"])
def test_that_it_is_said_again_while_it_rests_is_noticed(rests):
    life = Course()
    for name in ("incident.opened.v1", rests):
        life.step(name, {})

    with pytest.raises(AssertionError, match=r"still-overdue\.v1 while"):
        life.step("incident.still-overdue.v1", {})
