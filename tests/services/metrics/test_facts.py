"""Each event adds to the figures what it says, under the day it happened."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.assignment import IncidentDeclined, IncidentTaken, IncidentUnanswered, IncidentUnclaimed
from schemas.derivation import IncidentOriginLinked
from schemas.followup import RevisitCompleted, RevisitPlanned, RevisitVisited
from schemas.intake import ActivityRecorded
from schemas.routing import (
    IncidentAccepted,
    IncidentClosed,
    IncidentEscalated,
    IncidentExtended,
    IncidentOpened,
    IncidentReturned,
    IncidentSuspended,
)
from schemas.supervision import IncidentListed, IncidentReminded, IncidentStruckOff
from services.metrics.counting import Cell
from tests.builders import (
    APPLICANT,
    INCIDENT,
    MATTER,
    NOW,
    REPORTED_AT,
    RESPONDENT,
    VILLAGE,
    later,
    reported,
    resolved,
)
from tests.services.metrics.counted import DAY, EVENT, REVISIT, cells, figures

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
        {"suspended": 1, "suspended.unnoted": 1},
    ),
    (
        IncidentExtended(
            **EVENT, step="handle", reason="reason/1:complex", approver="o-9", span="P3D",
            was_due_at=MATTER["reported_at"], due_at=MATTER["reported_at"],
        ),
        {"extended": 1, "extended.unnoted": 1},
    ),
    (IncidentReturned(**EVENT, to_tier="village", reason="reason/1:wrong-tier"), {"returned": 1, "open": -1}),
    (IncidentReturned(**EVENT, to_tier="village", reason="reason/1:severity", by="policy"), {"sent_down": 1}),
    (IncidentOverdue(**EVENT, step="accept", due_at=NOW), {"overdue.accept": 1}),
    (
        IncidentStillOverdue(**EVENT, step="accept", due_at=NOW, number=2, next_at=later(days=1)),
        {"overdue_again": 1},
    ),
    (
        resolved(),
        {"resolved": 1, "cohort.resolved": 1, "resolutions": 1, "open": -1, "time_to_resolve": 1, "with_target": 1,
         "on_time": 1},
    ),
    (
        resolved(on_time=False),
        {"resolved": 1, "cohort.resolved": 1, "resolutions": 1, "open": -1, "time_to_resolve": 1, "with_target": 1},
    ),
    (
        resolved(on_time=None),
        {"resolved": 1, "cohort.resolved": 1, "resolutions": 1, "open": -1, "time_to_resolve": 1},
    ),
    (IncidentClosed(**EVENT, attempt=1, resolved_at=NOW), {"closed": 1, "cohort.closed": 1}),
    (
        RevisitPlanned(**REVISIT, parties=(APPLICANT, RESPONDENT), due_at=None),
        {"answer.applicant.pending": 1, "answer.respondent.pending": 1},
    ),
    (RevisitCompleted(**REVISIT, outcome="satisfied"), {"revisited": 1, "time_to_revisit": 1}),
    (
        RevisitCompleted(**REVISIT, outcome="relapse", unasked=(RESPONDENT.role,)),
        {"revisited": 1, "time_to_revisit": 1, "answer.respondent.pending": -1, "answer.respondent.unasked": 1},
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


def test_an_activity_counts_on_its_day_in_its_area_and_in_no_category_or_channel():
    late = PATROL.model_copy(update={"occurred_at": datetime(2026, 9, 14, 17, 0, tzinfo=UTC)})

    assert {cell[1:] for cell in cells(late)} == {(VILLAGE, "2026-09-15", "", "")}


def test_listings_reminders_and_striking_off_are_counted_where_the_matter_arose():
    led = EVENT | {"leader": "l-7"}
    listed = IncidentListed(**led, reason="reason/1:leader-decides", by="person")
    reminded = IncidentReminded(**led, by="rhythm", number=1)
    struck = IncidentStruckOff(**led, listed_at=NOW, reminders=1)

    assert figures(listed, reminded, reminded, struck) == {
        "listed": 1, "reminders": 2, "struck_off": 1, "listed.struck_off": 1,
    }  # fmt: skip
    assert {cell.area for event in (listed, reminded, struck) for cell in cells(event)} == {VILLAGE}


def test_a_derived_matter_is_counted_once_whether_it_was_said_at_once_or_found_out_or_corrected():
    origin = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e22"
    found_out = IncidentOriginLinked(**EVENT, origin=origin)
    corrected = IncidentOriginLinked(**EVENT, origin=origin, was=origin)

    assert figures(reported(derived_from=origin), corrected) == {"received": 1, "derived": 1}
    assert figures(reported(), found_out, corrected) == {"received": 1, "derived": 1}
