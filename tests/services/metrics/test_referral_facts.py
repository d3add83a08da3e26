"""What goes out, comes back and is answered adds to the figures; a relapse and a return take back what they undo."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from schemas.declarations import EligibleRecorded
from schemas.metrics import Measure
from schemas.referrals import (
    IncidentReferred,
    IncidentReturnedToSource,
    IncidentTransferred,
    ReferralAccepted,
    ReferralAnswered,
    ReferralConcluded,
    ReferralOpened,
    ReferralOverdue,
    ReferralRecalled,
    ReferralReturned,
)
from services.metrics.counting import Cell
from services.metrics.facts import LISTENS_TO, increments
from tests.builders import MATTER, NOW, OFFICER, later, reported

ZONE = ZoneInfo("Asia/Shanghai")
EVENT = MATTER | {"occurred_at": later(days=20), "actor": OFFICER}
COURT = EVENT | {"kind": "referral", "number": 1, "unit": "court-620522", "body": "referral-body/1:court"}
DEPARTMENT = EVENT | {"kind": "transfer", "number": 2, "unit": "dept-land"}
WHY = {"reason": "reason/1:beyond-authority"}
LATE = {"due_at": NOW, "next_at": later(days=3)}
SOURCE = EVENT | {"body": "referral-body/1:court", "source_number": "2026-0522-1042"}


def figures(*events):
    sums = Counter()
    for event in events:
        for cell, by in increments(event, ZONE):
            sums[cell.measure] += by
    return {measure: by for measure, by in sums.items() if by and measure != "cohort.open"}


def told(*answers):
    """Answers to a source in their order, each replacing the one before."""
    befores = (None, *answers)
    return [
        ReferralAnswered(**SOURCE, order=at, answer=answer, before=before)
        for at, (answer, before) in enumerate(zip(answers, befores, strict=False), start=1)
    ]


@pytest.mark.parametrize(
    ("event", "adds"),
    [
        (reported(referred_by="referral-body/1:court"), {"received": 1, "referral.offered": 1}),
        (IncidentTransferred(**EVENT, **WHY, number=1, department="dept-land"), {"transferred": 1}),
        (
            IncidentReferred(**EVENT, **WHY, number=1, body="referral-body/1:court", unit="court-620522"),
            {"referred": 1, "referred.court": 1},
        ),
        (ReferralOpened(**COURT), {}),
        (ReferralAccepted(**COURT), {"referred.accepted": 1, "referred.accepted.court": 1}),
        (ReferralReturned(**COURT, **WHY), {"referred.returned": 1, "referred.returned.court": 1}),
        (ReferralRecalled(**COURT, **WHY), {"referred.recalled": 1, "referred.recalled.court": 1}),
        (ReferralConcluded(**COURT, result="failed"), {"referred.failed": 1, "referred.failed.court": 1}),
        (
            ReferralOverdue(**COURT, step="referral.answer", **LATE),
            {"referred.overdue": 1, "referred.overdue.court": 1},
        ),
        (ReferralAccepted(**DEPARTMENT), {"transferred.accepted": 1}),
        (ReferralReturned(**DEPARTMENT, **WHY), {"transferred.returned": 1}),
        (
            IncidentReturnedToSource(**EVENT, **WHY, body="referral-body/1:court"),
            {"returned_to_source": 1, "open": -1},
        ),
    ],
    ids=lambda one: getattr(one, "type", ""),
)
def test_an_event_adds_what_it_says(event, adds):
    assert isinstance(event, (*LISTENS_TO, ReferralOpened))
    assert figures(event) == adds
    TypeAdapter(tuple[Measure, ...]).validate_python(
        tuple(adds)
    )  # what no cell may carry stops the publisher


@pytest.mark.parametrize(
    ("answers", "adds"),
    [
        (("accepted",), {"accepted": 1, "diverted": 1}),
        (("accepted", "succeeded"), {"accepted": 1, "diverted": 1, "succeeded": 1}),
        (("accepted", "succeeded", "reopened"), {"accepted": 1, "diverted": 1}),
        (("accepted", "failed", "reopened", "succeeded"), {"accepted": 1, "diverted": 1, "succeeded": 1}),
        (("returned",), {"returned": 1}),
        (("accepted", "returned"), {"accepted": 1, "returned": 1}),
    ],
)
def test_what_a_source_is_told_adds_up_to_where_it_stands(answers, adds):
    assert figures(*told(*answers)) == {f"referral.{measure}": by for measure, by in adds.items()}


def test_what_sources_offered_counts_under_the_day_of_the_offer():
    [*cells] = dict(increments(told("accepted")[0], ZONE))

    assert {cell.day for cell in cells} == {"2026-09-14"}


def declared(count, replaces=None, **changes):
    return EligibleRecorded(
        declaration_id=MATTER["incident_id"], source="/court", body="referral-body/1:court", area="620522",
        month="2026-09", count=count, version=1, replaces=replaces, occurred_at=NOW, actor=OFFICER,
        **changes,
    )  # fmt: skip


def test_a_declaration_counts_under_the_channel_the_matters_of_its_source_come_through():
    [(cell, _)] = increments(declared(7, channel="gannan.channel/1:grass-station"), ZONE)

    assert cell.channel == "gannan.channel/1:grass-station"


def test_a_declaration_counts_for_its_month_and_area_and_a_correction_replaces_it():
    first, second, withdrawn = declared(260), declared(266, 260), declared(None, 266)

    assert dict(increments(first, ZONE)) == {
        Cell("referral.eligible", "620522", "2026-09-01", "", "channel/1:court"): 260
    }
    assert figures(first, second) == {"referral.eligible": 266}
    assert figures(first, second, withdrawn) == {}
