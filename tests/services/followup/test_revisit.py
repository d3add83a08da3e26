"""一事一回访: each party is asked separately, and only an answer counts as an answer."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.actions import Visit
from services.followup.acts import decide, late
from services.followup.refusal import Refused
from services.followup.revisit import plan
from services.followup.state import Answer, Timer
from tests.builders import (
    APPLICANT,
    NOW,
    OFFICER,
    RESPONDENT,
    a_policy,
    a_revisit,
    later,
    policies,
    resolved,
)


def answered(revisit, party, result, *, rules=None, occurred_at=None):
    asked = Visit(party=party, means="means/1:telephone", result=f"revisit-result/1:{result}")
    known = policies(rules) if rules else policies()
    return decide(revisit, asked, (OFFICER, occurred_at or later(days=1)), known, NOW)


def a_rule(**changes):
    return a_policy(revisit=a_policy().model_dump()["revisit"] | changes)


def outcome(revisit):
    return revisit.status, revisit.outcome


def test_every_resolution_gets_a_revisit_of_all_its_parties_by_the_policy_s_date():
    revisit, [planned] = plan(None, resolved(), policies(), NOW)

    assert [one.party for one in revisit.answers] == [APPLICANT, RESPONDENT]
    assert planned.due_at == revisit.due_at == NOW + timedelta(days=7)
    assert planned.parties == (APPLICANT, RESPONDENT)
    assert outcome(revisit) == ("due", None)


def test_the_same_resolution_gets_no_second_revisit():
    assert plan(a_revisit(), resolved(), policies(), NOW) is None


def test_a_second_resolution_gets_a_revisit_of_its_own():
    revisit, _ = plan(a_revisit(status="done"), resolved(attempt=2), policies(), NOW)

    assert revisit.attempt == 2
    assert all(one.result is None for one in revisit.answers)


def test_imported_history_is_pending_without_a_date():
    revisit, [planned] = plan(None, resolved(backfill=True), policies(), NOW)

    assert revisit.due_at is None
    assert planned.due_at is None


def test_one_satisfied_party_of_two_completes_nothing():
    revisit, [visited] = answered(a_revisit(), "p1", "satisfied")

    assert outcome(revisit) == ("due", None)
    assert (visited.party, visited.role, visited.calls, visited.replaces) == ("p1", APPLICANT.role, 1, None)


def test_all_satisfied_closes():
    revisit, _ = answered(a_revisit(), "p1", "satisfied")

    revisit, [_, completed] = answered(revisit, "p2", "satisfied")

    assert outcome(revisit) == ("done", "satisfied")
    assert (completed.outcome, completed.reason, completed.unasked) == ("satisfied", None, ())
    assert revisit.due_at is None


@pytest.mark.parametrize("result", ["dissatisfied", "relapse"])
def test_one_failed_answer_reopens_at_once_and_says_whom_nobody_asked(result):
    revisit, [_, completed] = answered(a_revisit(), "p1", result)

    assert outcome(revisit) == ("done", "relapse")
    assert completed.reason == f"reason/1:{result}"
    assert completed.unasked == (RESPONDENT.role,)


def test_a_refusal_is_final_and_never_satisfaction():
    revisit, _ = answered(a_revisit(), "p1", "satisfied")

    revisit, [_, completed] = answered(revisit, "p2", "refused")

    assert outcome(revisit) == ("done", "unheard")
    assert completed.outcome == "unheard"


def test_who_cannot_be_reached_is_tried_three_times_and_never_counted_as_satisfied():
    revisit = a_revisit(Answer(APPLICANT))
    for call in (1, 2):
        revisit, [visited] = answered(revisit, "p1", "unreachable")
        assert (visited.calls, outcome(revisit)) == (call, ("due", None))

    revisit, [visited, completed] = answered(revisit, "p1", "unreachable")

    assert visited.replaces == "revisit-result/1:unreachable"
    assert completed.outcome == "unheard"


def test_who_is_reached_at_last_is_heard():
    revisit, _ = answered(a_revisit(Answer(APPLICANT)), "p1", "unreachable")

    revisit, [visited, completed] = answered(revisit, "p1", "satisfied")

    assert (visited.calls, visited.replaces) == (2, "revisit-result/1:unreachable")
    assert completed.outcome == "satisfied"


def test_a_failed_answer_tells_apart_who_was_tried_in_vain_and_who_was_not_asked():
    revisit, _ = answered(a_revisit(), "p2", "unreachable")

    _, [_, completed] = answered(revisit, "p1", "relapse")

    assert completed.unasked == ()


def test_a_policy_may_let_dissatisfaction_pass():
    revisit, events = answered(a_revisit(), "p1", "dissatisfied", rules=a_rule(reopen_on=["relapse"]))

    assert outcome(revisit) == ("due", None)
    assert len(events) == 1


def test_a_policy_may_ask_for_more_calls():
    revisit, _ = answered(a_revisit(Answer(APPLICANT, None, 2)), "p1", "unreachable", rules=a_rule(calls=5))

    assert revisit.status == "due"


@pytest.mark.parametrize("result", ["satisfied", "dissatisfied", "relapse", "refused", "unreachable"])
@pytest.mark.parametrize("first", ["satisfied", "refused"])
def test_a_final_answer_stands(first, result):
    revisit, _ = answered(a_revisit(), "p1", first)

    with pytest.raises(Refused, match="already-answered"):
        answered(revisit, "p1", result)


@pytest.mark.parametrize(
    ("revisit", "party", "occurred_at", "reason"),
    [
        (None, "p1", later(days=1), "unknown-incident"),
        (a_revisit(), "p3", later(days=1), "unknown-party"),
        (a_revisit(status="done"), "p1", later(days=1), "no-revisit-due"),
        (a_revisit(), "p1", later(minutes=59), "before-the-resolution"),
    ],
    ids=lambda one: one if isinstance(one, str) and "-" in one else "",
)
def test_a_visit_may_be_refused(revisit, party, occurred_at, reason):
    with pytest.raises(Refused, match=reason):
        answered(revisit, party, "satisfied", occurred_at=occurred_at)


def test_an_overdue_revisit_is_said_once_and_stays_due():
    revisit = a_revisit()

    after, [overdue] = late(revisit, Timer(revisit.due_at, "revisit"))
    again, nothing = late(after, Timer(revisit.due_at, "revisit"))

    assert (overdue.due_at, overdue.occurred_at) == (revisit.due_at, revisit.due_at)
    assert (after.status, after.overdue) == ("due", True)
    assert (again, nothing) == (after, [])
    assert answered(answered(after, "p1", "satisfied")[0], "p2", "satisfied")[0].outcome == "satisfied"


@pytest.mark.parametrize(
    "revisit", [a_revisit(status="done"), a_revisit(due_at=later(days=9))], ids=["done", "moved"]
)
def test_a_date_that_no_longer_counts_does_nothing(revisit):
    assert late(revisit, Timer(later(days=7), "revisit")) == (revisit, [])


OWN = {"results": {"fairly-satisfied": "satisfied", "complains": "dissatisfied"}}


def said(revisit, party, result, rules):
    asked = Visit(party=party, means="means/1:telephone", result=f"gannan.revisit-result/1:{result}")
    return decide(revisit, asked, (OFFICER, later(days=1)), policies(rules), NOW)


def test_an_answer_of_the_locality_counts_as_what_its_policy_says_and_needs_no_further_call():
    rules = a_rule(**OWN)

    one, _ = said(a_revisit(), "p1", "fairly-satisfied", rules)
    both, [visited, _] = said(one, "p2", "fairly-satisfied", rules)

    assert outcome(both) == ("done", "satisfied")
    assert visited.result == "gannan.revisit-result/1:fairly-satisfied"


def test_an_answer_of_the_locality_that_counts_as_dissatisfied_reopens_for_that_reason():
    _, [_, done] = said(a_revisit(), "p1", "complains", a_rule(**OWN))

    assert (done.outcome, done.reason) == ("relapse", "reason/1:dissatisfied")


def test_an_answer_of_the_locality_that_counts_as_nothing_asks_for_another_call():
    revisit, _ = said(a_revisit(), "p1", "shrugs", a_rule(**OWN))

    assert not revisit.answers[0].final(a_rule(**OWN).revisit)


def test_a_revisit_may_be_due_in_working_days_of_the_place():
    friday = datetime(2026, 9, 18, 3, 0, tzinfo=UTC)  # the Sunday after it is a make-up workday
    rules = a_rule(due="3 working days", plans={"major": ["3 working days", "P90D"]})

    plain, _ = plan(None, resolved(), policies(rules), friday)
    major, _ = plan(None, resolved(severity="severity/1:major"), policies(rules), friday)

    assert plain.due_at == datetime(2026, 9, 22, 16, 0, tzinfo=UTC)
    assert (major.due_at, major.later) == (plain.due_at, (friday + timedelta(days=90),))
