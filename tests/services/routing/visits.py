"""What followup says of the resolution that tests keep in the books."""

from schemas.care import CounsellingRecorded, SupportPlanEnded, SupportPlanStarted, SupportPlanStepRecorded
from schemas.followup import (
    RevisitOverdue,
    RevisitVisited,
    RoundCompleted,
    RoundOverdue,
    RoundPlanned,
    RoundVisited,
)
from tests.builders import APPLICANT, MATTER, OFFICER, RESPONDENT, later

ABOUT = MATTER | {"attempt": 1, "resolved_at": later(hours=1), "occurred_at": later(days=1), "actor": OFFICER}
CARE = MATTER | {"occurred_at": later(days=2), "actor": OFFICER, "party": "p2", "role": RESPONDENT.role}


def a_visit(party=APPLICANT, result="satisfied", **changes):
    said = {"means": "means/1:home", "result": f"revisit-result/1:{result}"}
    return RevisitVisited(**(ABOUT | {"party": party.ref, "role": party.role} | said | changes))


def overdue(**changes):
    return RevisitOverdue(**(ABOUT | {"due_at": later(days=7), "rule": "default/2 revisit"} | changes))


def a_later_visit(**changes):
    said = {"party": "p1", "role": APPLICANT.role, "means": "means/1:telephone", "round": 2}
    return RoundVisited(**(ABOUT | said | {"result": "revisit-result/1:dissatisfied"} | changes))


def a_round_planned(**changes):
    return RoundPlanned(
        **(ABOUT | {"round": 2, "parties": (APPLICANT, RESPONDENT), "due_at": later(days=30)} | changes)
    )


def a_round_overdue(**changes):
    return RoundOverdue(**(ABOUT | {"round": 2, "due_at": later(days=30)} | changes))


def a_round_done(**changes):
    return RoundCompleted(**(ABOUT | {"round": 2, "outcome": "satisfied"} | changes))


def counselling(code="offered", **changes):
    return CounsellingRecorded(**(CARE | {"counselling": f"counselling/1:{code}"} | changes))


def a_plan_started(**changes):
    said = {"number": 1, "purpose": "purpose/1:livelihood", "until": later(days=60)}
    return SupportPlanStarted(**(CARE | said | changes))


def a_plan_step(**changes):
    return SupportPlanStepRecorded(**(CARE | {"number": 1, "aid": "aid/1:visit", "steps": 1} | changes))


def a_plan_ended(**changes):
    said = {"number": 1, "purpose": "purpose/1:livelihood", "by": "date", "steps": 1}
    return SupportPlanEnded(**(CARE | said | changes))
