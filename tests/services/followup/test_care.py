"""心理疏导 and 帮扶: offered, taken, declined; supported for a purpose, until a date, and then no longer."""

from datetime import timedelta

import pytest

from schemas.care import Counsel, EndSupportPlan, RecordSupportStep, StartSupportPlan
from services.followup.acts import decide, late
from services.followup.refusal import Refused
from services.followup.revisit import plan
from services.followup.state import SupportPlan, Timer
from tests.builders import APPLICANT, NOW, OFFICER, RESPONDENT, a_revisit, later, policies, resolved

UNTIL = later(days=60)
PLAN = SupportPlan(1, APPLICANT, "purpose/1:livelihood", UNTIL)
START = StartSupportPlan(party="p1", purpose="purpose/1:livelihood", until=UNTIL)
STEP = RecordSupportStep(party="p1", aid="aid/1:subsidy")
END = EndSupportPlan(party="p1", reason="reason/1:purpose-reached")


def counsel(counselling, party="p1"):
    return Counsel(party=party, counselling=f"counselling/1:{counselling}")


def done(revisit, asked, at=None):
    return decide(revisit, asked, (OFFICER, at or later(days=1)), policies(), later(days=1))


def supported(**changes):
    return a_revisit(plans=(PLAN,), planned=1, **changes)


def test_counselling_is_recorded_of_each_party_apart_with_what_it_was_before():
    offered, [first] = done(a_revisit(), counsel("offered"))
    taken, [second] = done(offered, counsel("taken"))
    after, [other] = done(taken, counsel("declined", "p2"))

    assert (first.type, first.counselling, first.was) == (
        "counselling.recorded.v1", "counselling/1:offered", None,
    )  # fmt: skip
    assert (second.counselling, second.was) == ("counselling/1:taken", "counselling/1:offered")
    assert (other.role, other.was) == (RESPONDENT.role, None)
    assert after.counselling == {"p1": "counselling/1:taken", "p2": "counselling/1:declined"}


def test_a_support_plan_has_a_purpose_and_an_end_and_its_end_is_a_timer_beside_the_revisit():
    after, [started] = done(a_revisit(), START)

    assert (started.type, started.number) == ("support-plan.started.v1", 1)
    assert (started.purpose, started.until, started.role) == ("purpose/1:livelihood", UNTIL, APPLICANT.role)
    assert after.timers == (Timer(after.due_at, "revisit"), Timer(UNTIL, "support-plan"))


def test_its_steps_are_recorded_and_counted():
    once, [_] = done(supported(), STEP)
    _, [step] = done(once, STEP)

    assert (step.type, step.aid, step.steps) == ("support-plan.step-recorded.v1", "aid/1:subsidy", 2)


def test_it_ends_by_itself_at_its_date_once():
    revisit = supported(status="done", due_at=None)

    after, [ended] = late(revisit, Timer(UNTIL, "support-plan"))

    assert (ended.type, ended.by, ended.reason) == ("support-plan.ended.v1", "date", None)
    assert (ended.occurred_at, ended.number) == (UNTIL, 1)
    assert (after.plans, after.timers) == ((), ())
    assert late(after, Timer(UNTIL, "support-plan")) == (after, [])


def test_two_plans_that_end_at_the_same_moment_both_end():
    other = SupportPlan(2, RESPONDENT, "purpose/1:health", UNTIL)
    revisit = a_revisit(status="done", due_at=None, plans=(PLAN, other), planned=2)

    after, events = late(revisit, revisit.next_due)

    assert [one.number for one in events] == [1, 2]
    assert after.timers == ()


def test_a_person_ends_it_earlier_with_a_reason_and_another_may_follow():
    after, [ended] = done(supported(), END)
    _, [again] = done(after, START)

    assert (ended.by, ended.reason, ended.actor) == ("person", "reason/1:purpose-reached", OFFICER)
    assert again.number == 2


def test_support_and_counselling_go_on_over_a_second_resolution():
    before = supported(status="done", counselling={"p1": "counselling/1:taken"})

    after, _ = plan(before, resolved(attempt=2), policies(), later(days=9))

    assert (after.attempt, after.plans, after.planned) == (2, (PLAN,), 1)
    assert after.counselling == before.counselling


def test_support_can_be_recorded_after_all_rounds_are_over():
    over = a_revisit(status="done", due_at=None)

    after, _ = done(over, START)

    assert after.next_due == Timer(UNTIL, "support-plan")


@pytest.mark.parametrize(
    ("revisit", "asked", "reason"),
    [
        (None, counsel("offered"), "unknown-incident"),
        (a_revisit(), counsel("offered", "p9"), "unknown-party"),
        (a_revisit(counselling={"p1": "counselling/1:offered"}), counsel("offered"), "same-counselling"),
        (a_revisit(), STEP, "no-support-plan"),
        (a_revisit(), END, "no-support-plan"),
        (supported(), START, "support-plan-open"),
        (a_revisit(), START.model_copy(update={"until": NOW}), "until-passed"),
        (a_revisit(), START.model_copy(update={"until": later(days=367)}), "support-too-long"),
        (a_revisit(backfill=True, due_at=None), START, "imported-history"),
    ],
)
def test_what_the_rules_refuse_is_named(revisit, asked, reason):
    with pytest.raises(Refused, match=reason):
        done(revisit, asked)


def test_nothing_was_done_for_a_party_before_the_resolution():
    with pytest.raises(Refused, match="before-the-resolution"):
        done(a_revisit(), counsel("offered"), at=NOW - timedelta(days=1))
