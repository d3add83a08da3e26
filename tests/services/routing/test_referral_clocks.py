"""While a matter is out its own clock stands still or runs on, and each answer is awaited by a clock of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.actions import Extend, Resume, Suspend
from services.routing.away import Away
from services.routing.explained import explain
from services.routing.incident import Timer
from services.routing.life import late
from tests.builders import NOW, a_centre, a_policy, an_accepted_incident, later, policies
from tests.services.routing.acting import done, refused, types
from tests.services.routing.sent_out import POLICE, RECALL, REFER, RESOLVE, TRANSFER, answer, out
from tests.services.routing.test_clocks import midnight


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
        (lambda: out(action=TRANSFER), "transfer.answer", midnight(9, 17), midnight(9, 18)),
        (out, "referral.answer", midnight(9, 21), midnight(9, 24)),
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


def test_the_time_an_answer_is_awaited_is_longer_than_nothing():
    assert Away(kind="referral", number=1, unit="u").due_at is None
    assert out().away.due_at - NOW > timedelta(days=5)


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
