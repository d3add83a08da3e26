"""Each event adds to the figures what it says, under the day it happened, and a relapse takes it back."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.assignment import IncidentDeclined, IncidentTaken, IncidentUnanswered, IncidentUnclaimed
from schemas.care import (
    CounsellingRecorded,
    SupportPlanEnded,
    SupportPlanStarted,
    SupportPlanStepRecorded,
)
from schemas.derivation import IncidentOriginLinked
from schemas.duplicates import (
    Candidate,
    DuplicateDismissed,
    DuplicateProposed,
    IncidentLinked,
    IncidentUnlinked,
)
from schemas.followup import (
    RevisitCompleted,
    RevisitPlanned,
    RevisitVisited,
    RoundCompleted,
    RoundOverdue,
    RoundPlanned,
    RoundVisited,
)
from schemas.intake import ActivityRecorded
from schemas.routing import (
    IncidentAccepted,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentOverdue,
    IncidentReopened,
    IncidentReturned,
    IncidentSuspended,
)
from schemas.supervision import IncidentListed, IncidentReminded, IncidentStruckOff
from services.metrics.counting import ERROR, Cell, bucket_of, seconds_of
from services.metrics.facts import increments
from tests.builders import (
    APPLICANT,
    INCIDENT,
    MATTER,
    NOW,
    OFFICER,
    REPORTED_AT,
    RESPONDENT,
    VILLAGE,
    later,
    reported,
    resolved,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-09-14"
EVENT = MATTER | {"occurred_at": NOW, "actor": OFFICER}
REVISIT = EVENT | {"attempt": 1, "resolved_at": NOW}


def figures(*events):
    """Measure → sum, without the buckets of distributions."""
    sums = Counter()
    for event in events:
        for cell, by in increments(event, ZONE):
            sums[cell.measure.partition(":")[0]] += by
    return {measure: by for measure, by in sums.items() if by}


def cells(event):
    return dict(increments(event, ZONE))


def reopened(**changes):
    fields = EVENT | {
        "reason": "reason/1:relapse", "attempt": 2, "resolved_at": resolved().occurred_at, "on_time": True,
        "occurred_at": later(days=3),
    }  # fmt: skip
    return IncidentReopened(**(fields | changes))


PATROL = ActivityRecorded(
    activity_id=INCIDENT, source="/http", activity="activity/1:patrol", area=VILLAGE, role="staff-role/1:grid-staff",
    occurred_at=NOW, minutes=45,
)  # fmt: skip
DELIBERATION = PATROL.model_copy(
    update={
        "activity": "activity/1:deliberation", "role": "staff-role/1:officer", "minutes": 0, "attendance": 34,
        "raised": 5, "adopted": 3,
    }
)  # fmt: skip
EVENTS = [
    (PATROL, {"activity.patrol": 1, "activity.patrol.by.grid-staff": 1, "activity.patrol.minutes": 45}),
    (
        DELIBERATION,
        {
            "activity.deliberation": 1, "activity.deliberation.by.officer": 1, "activity.deliberation.attendance": 34,
            "activity.deliberation.raised": 5, "activity.deliberation.adopted": 3,
        },
    ),
    (reported(), {"received": 1}),
    (reported(triage=("default/2 triage.x",)), {"received": 1, "triaged": 1}),
    (reported(proposed_severity="severity/1:major"), {"received": 1, "triage_overruled": 1}),
    (IncidentOpened(**EVENT, attempt=1, policy="default/2"), {"opened": 1, "open": 1}),
    (IncidentAccepted(**EVENT, opened_at=REPORTED_AT), {"accepted": 1, "time_to_accept": 1}),
    (IncidentEscalated(**EVENT, to_tier="town", reason="reason/1:too-hard", by="person"), {"escalated": 1, "open": -1}),
    (IncidentEscalated(**EVENT, to_tier="town", reason="reason/1:severity", by="policy"), {"escalated": 1}),
    (
        IncidentEscalated(**EVENT, to_tier="town", reason="reason/1:unclaimed", by="policy"),
        {"escalated": 1, "open": -1},
    ),
    (IncidentTaken(**EVENT, assignee="g-1", assigned_at=REPORTED_AT), {"taken": 1, "time_to_take": 1}),
    (IncidentTaken(**EVENT, assignee="g-1"), {"taken": 1}),
    (IncidentDeclined(**EVENT, assignee="g-1", reason="reason/1:overloaded"), {"declined": 1}),
    (IncidentUnanswered(**EVENT, assignee="g-1", due_at=NOW), {"unanswered": 1}),
    (IncidentUnclaimed(**EVENT, asked=3), {"unclaimed": 1}),
    (
        IncidentSuspended(
            **EVENT, step="handle", reason="reason/1:party-away", approver="o-9", due_at=MATTER["reported_at"]
        ),
        {"suspended": 1},
    ),
    (
        IncidentExtended(
            **EVENT, step="handle", reason="reason/1:complex", approver="o-9", span="P3D",
            was_due_at=MATTER["reported_at"], due_at=MATTER["reported_at"],
        ),
        {"extended": 1},
    ),
    (IncidentReturned(**EVENT, to_tier="village", reason="reason/1:wrong-tier"), {"returned": 1, "open": -1}),
    (IncidentReturned(**EVENT, to_tier="village", reason="reason/1:severity", by="policy"), {"sent_down": 1}),
    (IncidentOverdue(**EVENT, step="accept", due_at=NOW), {"overdue.accept": 1}),
    (
        resolved(),
        {"resolved": 1, "resolutions": 1, "open": -1, "time_to_resolve": 1, "with_target": 1,
         "on_time": 1},
    ),
    (
        resolved(on_time=False),
        {"resolved": 1, "resolutions": 1, "open": -1, "time_to_resolve": 1, "with_target": 1},
    ),
    (
        resolved(on_time=None),
        {"resolved": 1, "resolutions": 1, "open": -1, "time_to_resolve": 1},
    ),
    (IncidentClosed(**EVENT, attempt=1, resolved_at=NOW), {"closed": 1, "cohort.closed": 1}),
    (
        RevisitPlanned(**REVISIT, parties=(APPLICANT, RESPONDENT), due_at=None),
        {"answer.applicant.pending": 1, "answer.respondent.pending": 1},
    ),
    (RevisitCompleted(**REVISIT, outcome="satisfied"), {"revisited": 1}),
    (
        RevisitCompleted(**REVISIT, outcome="relapse", unasked=(RESPONDENT.role,)),
        {"revisited": 1, "answer.respondent.pending": -1, "answer.respondent.unasked": 1},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("event", "adds"), EVENTS, ids=lambda one: getattr(one, "type", ""))
def test_an_event_adds_what_it_says(event, adds):
    assert figures(event) == adds


def visited(result, replaces=None):
    return RevisitVisited(
        **REVISIT, party="p1", role=APPLICANT.role, means="means/1:home", result=f"revisit-result/1:{result}",
        replaces=replaces and f"revisit-result/1:{replaces}",
    )  # fmt: skip


def test_a_party_s_answer_moves_from_pending_to_its_last_answer():
    planned = RevisitPlanned(**REVISIT, parties=(APPLICANT,), due_at=None)

    sums = figures(planned, visited("unreachable"), visited("satisfied", replaces="unreachable"))

    assert sums == {"answer.applicant.satisfied": 1}


@pytest.mark.parametrize("result", ["unreachable", "refused"])
def test_no_answer_is_never_satisfaction(result):
    assert "answer.applicant.satisfied" not in figures(visited(result))


def test_a_day_begins_at_midnight_of_the_policy_s_time_zone():
    at = datetime(2026, 9, 13, 16, 0, tzinfo=UTC)

    days = [
        cell.day for moment in (at, at - timedelta(seconds=1)) for cell in cells(reported(reported_at=moment))
    ]

    assert days == ["2026-09-14", "2026-09-13"]


def test_a_cell_names_area_day_category_and_channel():
    assert cells(reported()) == {Cell("received", VILLAGE, DAY, "category/1:land", "channel/1:patrol"): 1}


def test_cohorts_count_under_the_day_of_the_report():
    closed = IncidentClosed(**(EVENT | {"occurred_at": later(days=2)}), attempt=1, resolved_at=NOW)

    days = {cell.measure: cell.day for cell in cells(closed)}

    assert (days["cohort.closed"], days["closed"]) == (DAY, "2026-09-16")


def test_durations_have_neither_category_nor_channel():
    [cell] = [one for one in cells(resolved()) if one.measure.startswith("time_to_resolve")]

    assert (cell.category, cell.channel, cell.area) == ("", "", VILLAGE)


def test_an_activity_counts_on_its_day_in_its_area_and_in_no_category_or_channel():
    late = PATROL.model_copy(update={"occurred_at": datetime(2026, 9, 14, 17, 0, tzinfo=UTC)})

    assert {cell[1:] for cell in cells(late)} == {(VILLAGE, "2026-09-15", "", "")}


@given(
    took=st.timedeltas(timedelta(0), timedelta(days=900)),
    away=st.timedeltas(timedelta(0), timedelta(days=90)),
    on_time=st.sampled_from([True, False, None]),
)
@settings(max_examples=100, deadline=None)
def test_a_relapse_takes_back_exactly_what_the_resolution_added(took, away, on_time):
    settled = resolved(occurred_at=REPORTED_AT + took, on_time=on_time)
    relapse = reopened(
        resolved_at=settled.occurred_at, occurred_at=settled.occurred_at + away, on_time=on_time
    )

    sums = Counter(cells(settled))
    sums.update(cells(relapse))
    left = Counter()
    for cell, by in sums.items():
        left[cell.measure] += by

    # What stays is what did happen: one resolution, one reopening.
    assert {measure: by for measure, by in left.items() if by} == {"resolutions": 1, "reopened": 1}
    assert all(
        by == 0 for cell, by in sums.items() if cell.measure not in {"resolutions", "reopened", "open"}
    )


@given(st.floats(0, 1e9))
def test_a_bucket_stands_for_its_durations_within_the_error(seconds):
    said = seconds_of(bucket_of(seconds))

    assert abs(said - seconds) <= ERROR * max(seconds, 1) * 1.000001 or seconds <= 1


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_longer_durations_never_fall_in_lower_buckets(one, other):
    assert (bucket_of(one) <= bucket_of(other)) or one > other


def test_listings_reminders_and_striking_off_are_counted_where_the_matter_arose():
    led = EVENT | {"leader": "l-7"}
    listed = IncidentListed(**led, reason="reason/1:leader-decides", by="person")
    reminded = IncidentReminded(**led, by="rhythm", number=1)
    struck = IncidentStruckOff(**led, listed_at=NOW, reminders=1)

    assert figures(listed, reminded, reminded, struck) == {"listed": 1, "reminders": 2, "struck_off": 1}
    assert {cell.area for event in (listed, reminded, struck) for cell in cells(event)} == {VILLAGE}


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


def test_a_relapse_after_the_closing_takes_the_closing_back_so_that_a_second_one_is_counted_once():
    closed = IncidentClosed(**EVENT, attempt=1, resolved_at=resolved().occurred_at)
    again = IncidentClosed(**EVENT | {"occurred_at": later(days=60)}, attempt=2, resolved_at=later(days=59))
    back = reopened(closed_at=NOW)
    day = {cell.day for cell, _ in increments(back, ZONE) if cell.measure == "closed"}

    assert figures(closed, back) == {
        measure: by
        for measure, by in figures(reopened()).items()
        if measure not in {"closed", "cohort.closed"}
    }
    assert figures(closed, back, again)["cohort.closed"] == figures(closed, back, again)["closed"] == 1
    assert day == {DAY}


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


def test_a_derived_matter_is_counted_once_whether_it_was_said_at_once_or_found_out_or_corrected():
    origin = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e22"
    found_out = IncidentOriginLinked(**EVENT, origin=origin)
    corrected = IncidentOriginLinked(**EVENT, origin=origin, was=origin)

    assert figures(reported(derived_from=origin), corrected) == {"received": 1, "derived": 1}
    assert figures(reported(), found_out, corrected) == {"received": 1, "derived": 1}


LEAD = "0199f2c1-1b40-7d2a-8f61-5c7e90a4d3b2"
OPENED = IncidentOpened(**EVENT, attempt=1, policy="default/2")
LINKED = IncidentLinked(**EVENT, lead=LEAD, step="accept", due_at=later(hours=4))
UNLINKED = IncidentUnlinked(**EVENT, lead=LEAD, reason="reason/1:another-matter", step="accept")


def test_a_duplicate_is_received_but_not_open_twice():
    assert figures(reported(), OPENED, LINKED) == {"received": 1, "opened": 1, "linked": 1}
    assert figures(reported(), OPENED, LINKED, UNLINKED)["open"] == 1


def test_what_is_resolved_with_its_lead_is_counted_apart_and_revisited_like_any():
    with_lead = resolved(by_lead=LEAD, on_time=None, target_at=None)

    assert figures(OPENED, LINKED, with_lead) == {
        "opened": 1, "linked": 1, "resolved_with_lead": 1, "resolutions": 1,
    }  # fmt: skip


def test_a_relapse_of_a_duplicate_opens_it_and_leaves_what_its_lead_was_counted():
    with_lead = resolved(by_lead=LEAD, on_time=None, target_at=None)
    undone = reopened(by_lead=LEAD, resolved_at=with_lead.occurred_at, on_time=None)

    assert figures(OPENED, LINKED, with_lead, undone) == {
        "opened": 1, "linked": 1, "resolutions": 1, "reopened": 1, "open": 1,
    }  # fmt: skip


def test_proposals_and_what_people_thought_of_them_are_counted():
    candidate = Candidate(lead=LEAD, score=4, grounds=("ground/1:text",))
    proposed = DuplicateProposed(**EVENT, candidates=(candidate,))

    assert figures(proposed, DuplicateDismissed(**EVENT, lead=LEAD)) == {"proposed": 1, "dismissed": 1}
