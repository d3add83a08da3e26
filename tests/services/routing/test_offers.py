"""Whoever sent a matter here is answered, once for each thing that happened, whichever tier has it by then."""

import pytest

from schemas.actions import Accept, Escalate, Resolve
from schemas.referrals import Offer, ReturnToSource
from services.routing.life import arrive
from tests.builders import NOW, a_centre, a_completed_revisit, a_policy, later, reported
from tests.services.routing.acting import done
from tests.services.routing.linked import does, linked, waiting

COURT = {
    "referred_by": "referral-body/1:court",
    "source_number": "2026-0522-1042",
    "channel": "channel/1:court",
}
RESOLVE = {
    one: Resolve(method="method/1:mediation", outcome=f"outcome/1:{one}") for one in ("success", "failure")
}


def opened(**changes):
    after, _ = arrive(None, reported(**(COURT | changes)), a_centre(), NOW)
    return after


def told(events):
    return [(one.order, one.answer, one.before) for one in events if one.type == "referral.answered.v1"]


def test_a_report_of_a_court_remembers_the_court_s_number():
    assert opened().offer == Offer(body="referral-body/1:court", number="2026-0522-1042")


def test_a_report_of_nobody_is_answered_to_nobody():
    after, events = done(opened(referred_by=None), Accept())

    assert after.offer is None
    assert told(events) == []


def test_accepted_and_settled_it_says_so_under_the_source_s_own_number():
    accepted, first = done(opened(), Accept())
    _, second = done(accepted, RESOLVE["success"], later(hours=1))

    assert told(first) == [(1, "accepted", None)]
    assert told(second) == [(2, "succeeded", "accepted")]
    assert first[-1].source_number == "2026-0522-1042"
    assert first[-1].body == "referral-body/1:court"


def test_a_failure_is_told_as_one():
    _, events = done(done(opened(), Accept())[0], RESOLVE["failure"])

    assert told(events) == [(2, "failed", "accepted")]


def test_a_relapse_takes_the_answer_back_and_the_next_result_follows_it():
    resolved, _ = done(done(opened(), Accept())[0], RESOLVE["success"], later(hours=1))
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")

    reopened, events = arrive(resolved, relapse, a_centre(), later(days=1))
    _, last = done(reopened, RESOLVE["failure"], later(days=2))

    assert told(events) == [(3, "reopened", "succeeded")]
    assert told(last) == [(4, "failed", "reopened")]


def test_given_back_it_says_why():
    _, events = done(opened(), ReturnToSource(reason="reason/1:not-for-mediation"))

    assert told(events) == [(1, "returned", None)]
    assert events[-1].reason == "reason/1:not-for-mediation"


def test_the_tier_above_accepts_it_again_and_the_source_has_heard_that_already():
    accepted, _ = done(opened(), Accept())
    _, [_, whole] = done(accepted, Escalate(reason="reason/1:too-hard"))

    above, _ = arrive(None, whole, a_centre("town"), NOW)
    again, silent = done(above, Accept())
    _, settled = done(again, RESOLVE["success"])

    assert told(silent) == []
    assert told(settled) == [(2, "succeeded", "accepted")]


OWN = "gannan.outcome/1:settled"


@pytest.mark.parametrize(("outcomes", "answer"), [({"settled": "success"}, "succeeded"), ({}, "failed")])
def test_an_outcome_of_the_locality_is_told_as_what_its_policy_says(outcomes, answer):
    centre = a_centre("village", a_policy(outcomes=outcomes))
    resolve = Resolve(method="method/1:mediation", outcome=OWN)

    accepted, _ = done(opened(), Accept(), centre=centre)
    _, events = done(accepted, resolve, later(hours=1), centre=centre)

    assert told(events) == [(2, answer, "accepted")]


def test_the_source_of_a_duplicate_is_told_so_as_well():
    centre = a_centre("village", a_policy(outcomes={"settled": "success"}))
    resolve = Resolve(method="method/1:mediation", outcome=OWN)
    duplicate, lead = linked(waiting(offer=Offer(body="referral-body/1:court")))

    _, _, [(_, events)] = does(lead, resolve, duplicate, now=later(hours=1), centre=centre)

    assert told(events) == [(1, "succeeded", None)]
