"""A matter leaves the centre's hands and comes back by rule, and always has one owner and one clock for each thing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.actions import Assign, Escalate, Extend, Resolve, Resume, Return, Suspend
from schemas.intake import ActionReceived
from schemas.referrals import AnswerReferral, Offer, Recall, Refer, ReturnToSource, Transfer
from services.routing.away import Away
from services.routing.changes import evolve
from services.routing.explained import explain
from services.routing.incident import Timer
from services.routing.life import arrive, late
from services.routing.referrals import ALLOWED
from services.routing.refusal import SENTENCES
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    a_policy,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
    policies,
)
from tests.services.routing.acting import done, refused, types
from tests.services.routing.test_clocks import midnight

WHY = "reason/1:beyond-authority"
TRANSFER = Transfer(department="dept-land", reason=WHY)
REFER = Refer(body="referral-body/1:court", unit="court-620522", reason=WHY)
POLICE = Refer(body="referral-body/1:police", unit="police-7", reason=WHY)
RECALL = Recall(reason="reason/1:can-be-settled-locally")
RESOLVE = Resolve(method="method/1:judicial", outcome="outcome/1:success")
COURT = Offer(body="referral-body/1:court", number="2026-0522-1042")


def answer(said, **fields):
    needed = {"reason": WHY} if said == "returned" else {}
    return AnswerReferral(answer=said, **(needed | fields))


def out(*answers, action=REFER, **changes):
    """A matter that went out, with some answers so far."""
    incident, _ = done(an_accepted_incident(**changes), action)
    for at, said in enumerate(answers, start=1):
        incident, _ = done(incident, answer(said), later(hours=at))
    return incident


# What may be said when


SAID = {one: answer(one) for one in ("opened", "accepted", "returned", "succeeded", "failed")} | {
    "recall": RECALL
}
STAGES = {
    "transfer sent": lambda: out(action=TRANSFER),
    "referral sent": out,
    "referral opened": lambda: out("opened"),
    "referral accepted": lambda: out("opened", "accepted"),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("said", SAID)
def test_at_each_stage_exactly_what_the_table_allows_may_be_said(stage, said):
    incident = STAGES[stage]()

    if said in ALLOWED[stage]:
        after, events = done(incident, SAID[said], later(hours=9))
        assert events
        assert after.owner == incident.owner
    else:
        assert refused(incident, SAID[said], later(hours=9)) in {"opened-already", "answer-out-of-turn"}


@pytest.mark.parametrize("said", SAID)
def test_what_is_not_out_cannot_be_answered_or_recalled(said):
    assert refused(an_accepted_incident(), SAID[said]) == "nothing-is-out"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "action",
    [
        RESOLVE,
        Escalate(reason="reason/1:too-hard"),
        Return(reason="reason/1:wrong-tier"),
        TRANSFER,
        REFER,
        ReturnToSource(reason="reason/1:parties-unwilling"),
    ],
    ids=lambda one: one.action,
)
def test_what_is_out_is_not_taken_from_under_whoever_has_it(stage, action):
    assert refused(STAGES[stage](), action) == "out-of-hand"


def test_an_assignment_may_change_meanwhile():
    after, _ = done(out(), Assign(assignee="o-7"))

    assert (after.assignee, after.away.stage) == ("o-7", "sent")


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        (an_incident(), "not-accepted"),
        (a_resolved_incident(), "already-resolved"),
        (an_incident(status="closed"), "closed"),
        (an_incident(status="returned-to-source"), "returned-to-source"),
        (an_accepted_incident(suspended_at=NOW), "suspended"),
    ],
)
@pytest.mark.parametrize("action", [TRANSFER, REFER])
def test_only_what_is_in_handling_goes_out(incident, why, action):
    assert refused(incident, action) == why


def test_an_answer_may_name_the_referral_it_is_about():
    again, _ = done(done(out(), RECALL)[0], REFER, later(hours=2))

    assert again.away.number == 2
    assert refused(again, answer("accepted", number=1), later(hours=3)) == "another-referral"
    assert done(again, answer("accepted", number=2), later(hours=3))[0].away.stage == "accepted"


def test_every_refusal_has_a_sentence_in_both_languages():
    assert all(all(one) for one in SENTENCES.values())


# Recall and opening race: what is recorded first holds, in every store


def test_recalled_first_it_is_back_and_cannot_be_opened():
    back, [recalled, _] = done(out(), RECALL, later(hours=1))

    assert recalled.type == "referral.recalled.v1"
    assert back.away is None
    assert refused(back, answer("opened"), later(hours=1)) == "nothing-is-out"


def test_opened_first_it_stays_out_and_cannot_be_recalled():
    opened, _ = done(out(), answer("opened"), later(hours=1))

    assert refused(opened, RECALL, later(hours=1)) == "opened-already"
    assert opened.away.stage == "opened"


@pytest.mark.parametrize("first", [RECALL, answer("opened")], ids=["recalled first", "opened first"])
def test_whoever_follows_the_events_ends_where_the_owner_ended(first):
    before = out()
    after, events = done(before, first, later(hours=1))

    followed = before
    for event in events:
        followed = evolve(followed, event, later(hours=1))

    assert followed == after


def test_the_loser_of_the_race_reads_an_event_over_the_inbound_topic_as_well():
    opened, _ = done(out(), answer("opened"), later(hours=1))
    asked = ActionReceived(
        incident_id=INCIDENT, source="/x", occurred_at=later(hours=1), actor=OFFICER, action=RECALL
    )

    after, [no] = arrive(opened, asked, a_centre(), later(hours=1))

    assert (no.type, no.action, no.reason) == ("action.refused.v1", "recall", "opened-already")
    assert after == opened


# Clocks


def test_while_a_court_has_it_the_clock_stands_still_and_only_the_answer_is_awaited():
    after, [referred, suspended] = done(an_accepted_incident(), REFER)

    assert (referred.clock_stopped, suspended.reason) == (True, "reason/1:awaiting-ruling")
    assert (suspended.approver, suspended.due_at) == ("policy", later(days=1))
    assert after.timers == (Timer(midnight(9, 21), "referral.answer"),)
    assert referred.rule == "default/2 referrals.out"


@pytest.mark.parametrize("back", [RECALL, answer("returned")], ids=["recalled", "returned"])
def test_when_it_is_back_the_clock_runs_on_with_what_was_left(back):
    after, [_, resumed] = done(out(), back, later(days=3))

    assert resumed.type == "incident.resumed.v1"
    assert after.timers == (Timer(later(days=4), "handle"),)
    assert (after.status, after.owner, after.away) == ("accepted", "village", None)


@pytest.mark.parametrize("result", ["succeeded", "failed"])
def test_a_result_brings_it_back_to_its_owner_who_resolves_it(result):
    told = answer(result, agreement="agr-91" if result == "succeeded" else None)

    after, [concluded, _] = done(out("accepted"), told, later(days=3))
    resolved, _ = done(after, RESOLVE, later(days=3))

    assert (concluded.result, concluded.agreement) == (result, told.agreement)
    assert resolved.status == "resolved"


def test_an_accepted_referral_keeps_the_body_s_own_number_and_awaits_its_result():
    after, [accepted] = done(out(), answer("accepted", case_number="2026-0522-1873"), later(hours=1))

    assert accepted.case_number == after.away.case_number == "2026-0522-1873"
    assert after.timers == (Timer(midnight(10, 31), "referral.result"),)


def test_the_clock_that_stands_still_for_a_referral_is_not_taken_up_by_hand():
    assert refused(out(), Resume()) == "out-of-hand"
    assert refused(out(), Suspend(reason="reason/1:party-away", approver="o-9")) == "already-suspended"
    assert (
        refused(out(), Extend(reason="reason/1:complex", approver="o-9", span="P3D")) == "already-suspended"
    )


def test_where_the_policy_lets_the_clock_run_it_runs():
    after, [referred] = done(an_accepted_incident(), POLICE)

    assert referred.clock_stopped is False
    assert after.timers == (Timer(later(days=1), "handle"), Timer(midnight(9, 16), "referral.answer"))


def test_a_deadline_that_passes_while_it_is_out_is_noted_and_acted_on_when_it_is_back():
    incident = out(action=POLICE)
    passed = Timer(later(days=1), "handle")

    missed, [overdue] = late(incident, passed, a_centre(), later(days=1))
    back, events = done(missed, answer("returned"), later(days=2))

    assert overdue.type == "incident.overdue.v1"
    assert (missed.owner, missed.timers) == ("village", (Timer(midnight(9, 16), "referral.answer"),))
    assert types(events) == ["referral.returned.v1", "incident.escalated.v1", "incident.handed-over.v1"]
    assert (events[1].by, back.owner) == ("deadline", "town")


def test_at_the_top_a_deadline_that_passed_meanwhile_is_only_an_alarm():
    missed, _ = late(
        out(action=POLICE, tier="county"), Timer(later(days=1), "handle"), a_centre("county"), later(days=1)
    )

    back, events = done(missed, answer("returned"), later(days=2))

    assert types(events) == ["referral.returned.v1"]
    assert back.owner == "county"


def test_a_policy_that_forbids_the_reason_lets_the_clock_run():
    rules = a_policy(pauses={"suspend": ()}, referrals={"out": {"pause": None}})

    _, events = done(an_accepted_incident(), REFER, centre=a_centre("village", rules))

    assert types(events) == ["incident.referred.v1"]


def test_a_clock_that_has_run_out_is_not_stopped():
    spent = an_accepted_incident(due_at=None, due_step=None)

    after, events = done(spent, REFER)

    assert types(events) == ["incident.referred.v1"]
    assert [one.step for one in after.timers] == ["referral.answer"]


@pytest.mark.parametrize(
    ("incident", "step", "first", "next_at"),
    [
        (lambda: out(action=TRANSFER), "transfer.answer", midnight(9, 17), midnight(9, 19)),
        (out, "referral.answer", midnight(9, 21), midnight(9, 25)),
        (lambda: out("accepted"), "referral.result", midnight(10, 31), midnight(11, 5)),
    ],
    ids=["department", "body", "result"],
)
def test_an_answer_that_does_not_come_is_asked_for_again_and_again(incident, step, first, next_at):
    waiting = replace(incident(), due_at=None, due_step=None)

    after, [overdue] = late(waiting, Timer(first, step), a_centre(), first)
    again, [second] = late(after, Timer(next_at, step), a_centre(), next_at)

    assert (overdue.type, overdue.step, overdue.due_at) == ("referral.overdue.v1", step, first)
    assert overdue.next_at == second.due_at == next_at
    assert (again.owner, again.away.number) == ("village", 1)
    assert late(after, Timer(first, step), a_centre(), next_at) == (after, [])


def test_imported_history_waits_for_nothing():
    imported = an_accepted_incident(
        backfill=True, reported_at=later(days=-400), due_at=None, due_step=None, clock_from=None
    )

    after, [referred] = done(imported, REFER, later(days=-300))
    taken, [accepted] = done(after, answer("accepted"), later(days=-290))
    back, [concluded] = done(taken, answer("succeeded"), later(days=-200))

    assert (referred.due_at, accepted.due_at) == (None, None)
    assert after.timers == taken.timers == back.timers == ()
    assert concluded.occurred_at == later(days=-200)


# Departments of the tier


def test_a_department_that_accepts_handles_it_and_the_tier_stays_the_owner():
    after, [accepted] = done(out(action=TRANSFER), answer("accepted"), later(hours=1))

    assert (accepted.kind, accepted.unit, accepted.body) == ("transfer", "dept-land", None)
    assert (after.assignee, after.owner, after.away) == ("dept-land", "village", None)
    assert after.timers == (Timer(later(days=1), "handle"),)


def test_a_department_that_returns_it_changes_nothing_but_the_history():
    before = an_accepted_incident(assignee="o-7")
    after, [returned] = done(done(before, TRANSFER)[0], answer("returned"), later(hours=1))

    assert (returned.reason, after.assignee, after.away) == (WHY, "o-7", None)


def test_a_missed_deadline_climbs_although_a_department_has_not_answered():
    after, events = late(out(action=TRANSFER), Timer(later(days=1), "handle"), a_centre(), later(days=1))

    assert types(events) == ["incident.overdue.v1", "incident.escalated.v1", "incident.handed-over.v1"]
    assert (after.owner, after.away, after.timers) == ("town", None, ())


def test_the_numbers_go_on_at_the_tier_it_climbs_to():
    _, events = late(out(action=TRANSFER), Timer(later(days=1), "handle"), a_centre(), later(days=1))

    above, _ = arrive(None, events[-1], a_centre("town"), later(days=1))

    assert above.referrals == 1


def test_an_answer_after_it_has_climbed_is_forwarded_to_its_owner():
    after, _ = late(out(action=TRANSFER), Timer(later(days=1), "handle"), a_centre(), later(days=1))

    _, [forwarded] = done(after, answer("accepted"), later(days=1))
    _, [no] = arrive(an_accepted_incident(tier="town"), forwarded, a_centre("town"), later(days=1))

    assert forwarded.to_tier == "town"
    assert no.reason == "nothing-is-out"


# Back to where it came from


@pytest.mark.parametrize("incident", [an_incident(offer=COURT), an_accepted_incident(offer=COURT)])
def test_what_a_court_sent_can_be_given_back_to_it_and_ends_here(incident):
    after, [returned, told] = done(incident, ReturnToSource(reason="reason/1:parties-unwilling"))

    assert (returned.body, told.answer) == ("referral-body/1:court", "returned")
    assert (after.status, after.timers, after.step) == ("returned-to-source", (), None)
    assert refused(after, RESOLVE) == "returned-to-source"


def test_what_nobody_sent_cannot_be_given_back():
    assert refused(an_accepted_incident(), ReturnToSource(reason=WHY)) == "no-source"


def test_a_stored_incident_from_before_this_still_loads():
    assert (an_incident().away, an_incident().referrals, an_incident().offer) == (None, 0, None)


def test_the_time_an_answer_is_awaited_is_longer_than_nothing():
    assert Away(kind="referral", number=1, unit="u").due_at is None
    assert out().away.due_at - NOW > timedelta(days=5)


def test_a_handover_carries_who_sent_it():
    after, _ = arrive(None, handed_over(offer=COURT, referrals=3), a_centre("town"), NOW)

    assert (after.offer, after.referrals) == (COURT, 3)


@pytest.mark.parametrize(
    ("incident", "zh", "en"),
    [
        (lambda: out(action=TRANSFER), "部门 dept-land 答复，期限 2026-09-16 24:00", "department dept-land"),
        (
            out,
            "court-620522 受理或退回，期限 2026-09-20 24:00",
            "accept or return it, until 2026-09-20 24:00",
        ),
        (lambda: out("accepted"), "court-620522 告知结果，期限 2026-10-30 24:00", "result of court-620522"),
    ],
)
def test_whose_answer_is_awaited_is_told_beside_the_incident_s_own_clock(incident, zh, en):
    told = explain(incident(), policies()).awaiting

    assert zh in told.zh
    assert en in told.en


def test_nothing_is_awaited_where_nothing_is_out():
    assert explain(an_accepted_incident(), policies()).awaiting is None
