"""What a draft does differently while a matter is with a department or a body: answers, results, pauses."""

from datetime import timedelta

import pytest

from cli.trials.recorded import deeds
from schemas.actions import Accept, Suspend
from schemas.referrals import AnswerReferral, Recall, Refer, Transfer
from tests.builders import NOW, later
from tests.cli.trials import ACCEPTED, alarming, found, recorded, resolved_at, tried

OUT = (later(hours=2), Refer(body="referral-body/1:court", unit="court-1", reason="reason/1:too-hard"))
SENT = (later(hours=2), Transfer(department="d-1", reason="reason/1:too-hard"))


def answer(at, said, **more):
    return at, AnswerReferral(answer=said, **more)


def referrals(**out):
    given = alarming().model_dump(mode="json")["referrals"]
    given["out"] |= out
    return alarming(referrals=given)


COURT = (
    ACCEPTED,
    OUT,
    answer(later(days=3), "opened"),
    answer(later(days=3), "accepted", case_number="c-1"),
    answer(later(days=20), "succeeded", agreement="a-1"),
    resolved_at(later(days=20, hours=5)),
)
DEPARTMENT = (ACCEPTED, SENT, answer(later(days=1), "returned", reason="reason/1:too-hard"))
RECALLED = (ACCEPTED, OUT, (later(days=1), Recall(reason="reason/1:too-hard")))


@pytest.mark.parametrize("deeds", [COURT, DEPARTMENT, RECALLED], ids=["court", "department", "recalled"])
def test_what_was_given_out_of_hand_is_under_its_own_rules_as_it_was_recorded(deeds):
    tally = tried(recorded(*deeds), alarming(version="draft/1"))

    assert (tally.same, tally.parts) == (1, {})


def test_a_body_that_has_less_time_would_have_been_late():
    differences = found(tried(recorded(*COURT), referrals(answer="P2D", result="P10D")))

    assert "a body to answer: earlier" in differences
    assert "a body to tell the result: earlier" in differences
    assert differences["would be overdue"][0].endswith("to answer")


def test_a_department_that_has_longer_would_not_have_been_late():
    given = alarming().model_dump(mode="json")["referrals"]
    given["transfer"] = {"answer": "PT12H", "remind": "P2D"}
    record = recorded(*DEPARTMENT, policy=alarming(referrals=given))

    differences = found(tried(record, alarming(), own=alarming(referrals=given)))

    assert set(differences) == {"a department to answer: later", "would not be overdue"}


def test_a_clock_that_runs_on_while_a_body_has_it_would_have_run_out():
    differences = found(tried(recorded(*COURT), referrals(pause=None)))

    assert differences.keys() == {
        "the clock runs on while it is out",
        "would be overdue",
        "said again that it is overdue",  # once it is back; before that the court was asked
    }
    assert differences["would be overdue"] == ["村(社区) village 办理期限 to handle"]


def test_a_pause_by_a_person_is_a_deed():
    person = Suspend(reason="reason/1:party-away", approver="o-9")
    record = recorded(ACCEPTED, (later(hours=2), person))

    assert [one.what for one in deeds(record.history)] == [Accept(), person]
    assert tried(record, alarming(version="draft/1")).same == 1


def test_a_pause_by_the_policy_is_nobody_s():
    events = [one.line.event for one in deeds(recorded(*RECALLED).history)]

    assert events == ["incident.accepted.v1", "incident.referred.v1", "referral.recalled.v1"]


def test_the_clock_of_a_trial_ends_when_it_is_asked():
    record = recorded(ACCEPTED, OUT, until=later(days=1))

    assert tried(record, referrals(answer="P2D"), until=NOW + timedelta(days=1)).kinds.keys() == {
        ("分流单位答复期限提前", "a body to answer: earlier")
    }
