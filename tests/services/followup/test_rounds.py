"""After the closing the parties are asked again over months, as the plan of the severity says."""

from datetime import timedelta

import pytest

from schemas.actions import Visit
from services.followup.acts import decide, late
from services.followup.refusal import Refused
from services.followup.revisit import plan
from services.followup.state import Answer, Timer
from tests.builders import APPLICANT, NOW, OFFICER, RESPONDENT, a_revisit, later, policies, resolved

MAJOR = {"severity": "severity/1:major"}
DAYS_30, DAYS_90 = NOW + timedelta(days=30), NOW + timedelta(days=90)


def answered(revisit, party, result, at):
    asked = Visit(party=party, means="means/1:home", result=f"revisit-result/1:{result}")
    return decide(revisit, asked, (OFFICER, at), policies(), at)


def satisfied(revisit, at):
    """Both parties are satisfied."""
    after, first = answered(revisit, "p1", "satisfied", at)
    after, last = answered(after, "p2", "satisfied", at)
    return after, [*first, *last]


def planned(**changes):
    revisit, _ = plan(None, resolved(**MAJOR | changes), policies(), NOW)
    return revisit


def a_second_round(**changes):
    fields = MAJOR | {"round": 2, "due_at": DAYS_30, "later": (DAYS_90,)}
    return a_revisit(**(fields | changes))


def types(events):
    return [one.type for one in events]


def test_a_major_matter_has_a_plan_of_three_rounds_and_an_ordinary_one_of_one():
    ordinary, _ = plan(None, resolved(), policies(), NOW)

    assert (planned().due_at, planned().later) == (NOW + timedelta(days=7), (DAYS_30, DAYS_90))
    assert (ordinary.due_at, ordinary.later) == (NOW + timedelta(days=7), ())


def test_imported_history_has_no_further_rounds():
    assert (planned(backfill=True).due_at, planned(backfill=True).later) == (None, ())


def test_the_first_round_closes_and_the_second_is_planned_with_every_party_to_be_asked_anew():
    after, events = satisfied(planned(), later(days=3))

    assert types(events) == ["revisit.visited.v1"] * 2 + ["revisit.completed.v1", "round.planned.v1"]
    assert (after.status, after.round, after.due_at, after.later) == ("due", 2, DAYS_30, (DAYS_90,))
    assert after.answers == (Answer(APPLICANT), Answer(RESPONDENT))
    assert (events[-1].round, events[-1].due_at) == (2, DAYS_30)


def test_the_last_round_ends_the_plan():
    after, events = satisfied(a_second_round(later=()), DAYS_30)

    assert types(events) == ["round.visited.v1", "round.visited.v1", "round.completed.v1"]
    assert (after.status, after.outcome, after.due_at) == ("done", "satisfied", None)


def test_a_relapse_in_a_later_round_ends_the_plan_and_names_who_was_not_asked():
    after, [visited, done] = answered(a_second_round(), "p1", "relapse", DAYS_30)

    assert (visited.type, visited.round) == ("round.visited.v1", 2)
    assert (done.type, done.outcome, done.reason) == ("round.completed.v1", "relapse", "reason/1:relapse")
    assert done.unasked == (RESPONDENT.role,)
    assert (after.status, after.later, after.due_at) == ("done", (), None)


def test_a_relapse_at_once_leaves_no_rounds():
    after, events = answered(planned(), "p1", "relapse", later(days=3))

    assert types(events) == ["revisit.visited.v1", "revisit.completed.v1"]
    assert after.later == ()


def test_a_round_whose_date_has_passed_meanwhile_is_not_made_up_for():
    after, events = satisfied(planned(), later(days=40))

    assert (after.round, after.due_at, after.later) == (2, DAYS_90, ())
    assert events[-1].due_at == DAYS_90


def test_a_later_round_is_held_near_its_date_so_that_no_answer_is_taken_for_two():
    with pytest.raises(Refused, match="round-not-open"):
        answered(a_second_round(), "p1", "satisfied", DAYS_30 - timedelta(days=7, seconds=1))

    _, [visited] = answered(a_second_round(), "p1", "satisfied", DAYS_30 - timedelta(days=7))

    assert visited.type == "round.visited.v1"


def test_a_later_round_that_is_late_is_said_once_and_stays_due():
    after, [overdue] = late(a_second_round(), Timer(DAYS_30, "revisit"))

    assert (overdue.type, overdue.round) == ("round.overdue.v1", 2)
    assert late(after, Timer(DAYS_30, "revisit")) == (after, [])
    assert after.status == "due"


def test_a_new_resolution_begins_the_plan_anew():
    after, _ = plan(a_second_round(status="done"), resolved(**MAJOR, attempt=2), policies(), DAYS_30)

    assert (after.round, after.attempt, len(after.later)) == (1, 2, 2)
