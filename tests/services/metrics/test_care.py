"""Later rounds, counselling and support plans are counted where the matter arose, and never by person."""

from schemas.care import CounsellingRecorded, SupportPlanEnded, SupportPlanStarted, SupportPlanStepRecorded
from schemas.followup import RoundCompleted, RoundOverdue, RoundPlanned, RoundVisited
from tests.builders import APPLICANT, later
from tests.services.metrics.counted import EVENT, REVISIT, cells, figures


def test_later_rounds_are_counted_apart_from_the_revisit_that_every_resolution_has():
    again = REVISIT | {"round": 2}
    planned = RoundPlanned(**again, parties=(APPLICANT,), due_at=later(days=30))
    overdue = RoundOverdue(**again, due_at=later(days=30))
    visit = RoundVisited(
        **again, party="p1", role=APPLICANT.role, means="means/1:home", result="revisit-result/1:satisfied"
    )
    done = RoundCompleted(**again, outcome="satisfied")

    assert figures(planned, overdue, done) == {"rounds_planned": 1, "rounds_overdue": 1, "rounds_done": 1}
    assert figures(visit) == {}


def counselled(state, was=None):
    return CounsellingRecorded(
        **EVENT, party="p1", role=APPLICANT.role, counselling=f"counselling/1:{state}",
        was=was and f"counselling/1:{was}",
    )  # fmt: skip


def test_counselling_that_was_taken_at_once_was_offered_too():
    assert figures(counselled("offered"), counselled("taken", "offered")) == {
        "counselling.offered": 1, "counselling.taken": 1,
    }  # fmt: skip
    assert figures(counselled("declined")) == {"counselling.offered": 1, "counselling.declined": 1}


def test_support_plans_are_counted_with_how_many_run_now_and_never_by_person():
    plan = EVENT | {"party": "p1", "role": APPLICANT.role, "number": 1}
    started = SupportPlanStarted(**plan, purpose="purpose/1:health", until=later(days=30))
    step = SupportPlanStepRecorded(**plan, aid="aid/1:medical", steps=1)
    ended = SupportPlanEnded(**plan, purpose="purpose/1:health", by="date", steps=1)

    assert figures(started, step) == {"support_plans": 1, "support_plans_open": 1, "support_steps": 1}
    assert figures(started, step, ended) == {"support_plans": 1, "support_steps": 1}
    assert not any("p1" in cell.measure for event in (started, step, ended) for cell in cells(event))
