"""The rules of the game notice what must not be: each is broken once, by hand."""

import json

import pytest

from tests.builders import INCIDENT
from tests.machine.books import Books
from tests.machine.course import Course
from tests.machine.member import Member
from tests.machine.shelf import Said, Shelf

OPEN = {
    "owner": "village", "tier": "village", "status": "open", "due_at": "2026-09-14T02:20:00+00:00", "attempt": 1,
    "ties": {"lead": None},
}  # fmt: skip
HAND = "2026-09-14T02:20:00+00:00"


def stored(books, tier="village", service="routing", *, said=(), due=(), letters=(), **state):
    """What a member has stored, judged."""
    topic = f"{tier}.{service}"
    news = tuple(
        Said(
            topic,
            INCIDENT,
            books.last[topic, INCIDENT] + at,
            name,
            {"attempt": 1, "outcome": "satisfied", "by_lead": None},
        )
        for at, name in enumerate(said, 1)
    )
    states = {INCIDENT: OPEN | {"tier": tier, "owner": tier} | state} if service == "routing" else {}
    texts = {one: json.dumps(state) for one, state in states.items()}
    member = Member(tier, service, None)
    member.shelf = Shelf(texts, states, {INCIDENT: tuple(due)} if due else {}, tuple(letters), news)
    books.judge(member)
    return member


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


def test_a_clock_that_should_run_and_does_not_is_noticed():
    with pytest.raises(AssertionError, match="no deadline is stored"):
        stored(Books(), said=["incident.opened.v1"])


def test_two_deadlines_are_noticed():
    with pytest.raises(AssertionError, match="2 deadlines"):
        stored(Books(), said=["incident.opened.v1"], due=[HAND, HAND])


def test_two_owners_are_noticed():
    books = Books()
    stored(books, said=["incident.opened.v1"], due=[HAND])

    with pytest.raises(AssertionError, match="owned by town and village"):
        stored(books, "town", said=["incident.opened.v1"], due=[HAND])


def test_a_state_that_is_not_where_the_events_end_is_noticed():
    with pytest.raises(AssertionError, match="the events end open"):
        stored(Books(), said=["incident.opened.v1"], due=[HAND], status="accepted")


def test_a_closing_without_its_revisit_is_noticed():
    books = Books()
    stored(books, said=["incident.opened.v1"], due=[HAND])
    course = ["incident.accepted.v1", "incident.resolved.v1", "incident.closed.v1"]

    with pytest.raises(AssertionError, match="without its revisit"):
        stored(books, said=course, status="closed")


def test_a_dead_letter_is_noticed():
    with pytest.raises(AssertionError, match="gave up"):
        stored(Books(), said=["incident.opened.v1"], due=[HAND], letters=["bug KeyError"])


def test_an_incident_in_nobodys_hands_is_noticed():
    books = Books()
    books.incidents[INCIDENT] = "village"

    with pytest.raises(AssertionError, match="in nobody's hands"):
        books.judge_all({})


def test_a_resolution_without_a_revisit_is_noticed():
    books = Books()
    books.incidents[INCIDENT] = "village"
    course = ["incident.opened.v1", "incident.accepted.v1", "incident.resolved.v1"]
    member = stored(books, said=course[:1], due=[HAND])
    member.shelf.states[INCIDENT]["status"] = "resolved"

    with pytest.raises(AssertionError, match="no revisit was planned"):
        books.judge_all(
            {("village", "routing"): member, ("village", "followup"): Member("village", "followup", None)}
        )
