"""The rules of the game notice what must not be: each is broken once, by hand."""

import json

import pytest

from schemas.actions import Accept
from tests.builders import INCIDENT, a_record
from tests.machine.books import Books
from tests.machine.member import Member
from tests.machine.shelf import Said, Shelf
from tests.services.routing.acting import received
from tests.services.routing.linked import LEAD

OPEN = {
    "owner": "village", "tier": "village", "status": "open", "due_at": "2026-09-14T02:20:00+00:00", "attempt": 1,
    "ties": {"lead": None},
}  # fmt: skip
HAND = "2026-09-14T02:20:00+00:00"
REVISIT = {"attempt": 1, "round": 1, "status": "due"}
REFUSED = "action.refused.v1"


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


def test_a_gap_in_the_numbers_is_noticed():
    books, one = Books(), Said("village.routing", INCIDENT, 2, "incident.opened.v1", {})
    member = Member("village", "routing", None)
    member.shelf = Shelf(news=(one,))

    with pytest.raises(AssertionError, match="a gap before 2"):
        books.judge(member)


def test_a_refusal_that_changed_something_is_noticed():
    books = Books()
    member = stored(books, said=["incident.opened.v1"], due=[HAND])
    before, asked = member.shelf, a_record(received(Accept()))
    member.shelf = Shelf({INCIDENT: "otherwise"}, news=(Said("village.routing", INCIDENT, 2, REFUSED, {}),))

    with pytest.raises(AssertionError, match="what was refused changed the state"):
        books.asked(member, before, [asked])


def test_a_clock_that_should_run_and_does_not_is_noticed():
    with pytest.raises(AssertionError, match="no deadline is stored"):
        stored(Books(), said=["incident.opened.v1"])


OVERDUE = ["incident.opened.v1", "incident.overdue.v1"]


def test_what_was_missed_and_has_no_next_deadline_is_noticed():
    with pytest.raises(AssertionError, match="no deadline is stored"):
        stored(Books(), said=OVERDUE, due_at=None, missed={"due_at": HAND})


@pytest.mark.parametrize("missed", [None, {"due_at": None}])
def test_what_was_missed_and_is_not_to_be_said_again_is_noticed(missed):
    with pytest.raises(AssertionError, match="its clock should run"):
        stored(Books(), said=OVERDUE, due=[HAND], missed=missed)


def test_what_is_overdue_and_not_said_to_be_one_more_is_noticed():
    with pytest.raises(AssertionError, match="say 0 of how many are overdue"):
        stored(Books(), said=OVERDUE, due=[HAND], missed={"due_at": HAND})


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


def in_the_village(revisit=None, **state):
    """Books in which nothing is under way any more, and both members of the village."""
    books = Books()
    books.incidents[INCIDENT] = "village"
    routing, followup = (
        stored(books, said=["incident.opened.v1"], due=[HAND]),
        Member("village", "followup", None),
    )
    routing.shelf.states[INCIDENT].update(state)
    followup.shelf = Shelf(states={} if revisit is None else {INCIDENT: revisit})
    return books, {("village", "routing"): routing, ("village", "followup"): followup}


@pytest.mark.parametrize(
    ("revisit", "found"),
    [
        (None, "no revisit was planned"),
        (REVISIT | {"attempt": 2}, "of another resolution"),
        (REVISIT | {"status": "done"}, "not where the incident is"),
    ],
)
def test_a_resolution_without_its_own_revisit_is_noticed(revisit, found):
    books, members = in_the_village(revisit, status="resolved")

    with pytest.raises(AssertionError, match=found):
        books.judge_all(members)


@pytest.mark.parametrize("lines", [(0, 3, 3, 0), (1, 2, 2, 0), (0, 2, 3, 0), (1, 4, 4, 0)])
def test_a_history_that_is_not_as_long_as_is_known_is_noticed(lines):
    books, members = in_the_village(lines=[2, 0, 0])
    routing = members["village", "routing"]
    routing.shelf = Shelf(states=routing.shelf.states, due=routing.shelf.due, lines={INCIDENT: lines})

    with pytest.raises(AssertionError, match="are known of"):
        books.judge(routing)


def test_a_visit_that_no_history_tells_of_is_noticed():
    books, members = in_the_village()
    stored(books, service="followup", said=["revisit.visited.v1"])

    with pytest.raises(AssertionError, match="0 visits are in the history"):
        books.judge_all(members)


def test_a_duplicate_that_rests_with_a_lead_that_is_over_is_noticed():
    books, members = in_the_village(ties={"lead": LEAD})
    books.owners[LEAD] = "village"
    members["village", "routing"].shelf.states[LEAD] = OPEN | {"status": "resolved"}

    with pytest.raises(AssertionError, match="linked to a lead that is resolved"):
        books.judge_all(members)


@pytest.mark.parametrize(
    ("owner", "found"),
    [("village", "send each other for it"), ("town", "sends who asks to town, county has it")],
)
def test_a_tier_that_sends_who_asks_to_the_wrong_one_is_noticed(owner, found):
    books, members = in_the_village(owner="town", status="handed-over")
    books.owners[INCIDENT] = "county"
    for tier, whose in (("town", owner), ("county", "county")):
        member = Member(tier, "routing", None)
        member.shelf = Shelf(states={INCIDENT: OPEN | {"owner": whose, "tier": tier}})
        members |= {(tier, "routing"): member, (tier, "followup"): Member(tier, "followup", None)}

    with pytest.raises(AssertionError, match=found):
        books.judge_all(members)
