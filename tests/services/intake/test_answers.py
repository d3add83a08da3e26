"""Whoever is told no is told what of theirs it is about: a report, an activity, a declaration, an item of a batch."""

import ast
import uuid

import pytest

from services.intake.answers import WORDS, problem_of
from services.intake.report import NotAccepted
from tests.builders import ROOT, VILLAGE
from tests.services.intake.recorded import a_patrol, a_report, an_action, send

PATROL = {"activity": "patrol", "area": "110101", "role": "grid-staff"}
REPORT = {"area": "110101", "category": "land", "channel": "walk-in"}
ELIGIBLE = {"source": "court", "area": "110101", "month": "2026-01", "count": 1}


def kinds():
    """Every kind of refusal that intake's modules name."""
    for path in (ROOT / "services" / "intake").glob("*.py"):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match one:
                case ast.Call(func=ast.Name(id="NotAccepted"), args=[ast.Constant(value=str(kind)), *_]):
                    yield kind


@pytest.mark.parametrize("kind", sorted({*kinds()} - {"personal-data"}))  # which only the bus is refused by
def test_every_refusal_has_its_reason_in_both_languages(kind):
    problem = problem_of(NotAccepted(kind, []), "activity")

    assert (problem.detail, problem.zh) == (
        f"The activity cannot be accepted: {WORDS[kind][1]}.",
        f"活动未受理：{WORDS[kind][0]}",
    )


@pytest.mark.system
@pytest.mark.parametrize(
    ("path", "body", "en", "zh"),
    [
        ("/v1/reports", REPORT, "The report cannot", "上报未受理"),
        ("/v1/triage", REPORT, "The report cannot", "上报未受理"),
        ("/v1/activities", PATROL, "The activity cannot", "活动未受理"),
        ("/v1/referrals/eligible", ELIGIBLE, "The declaration cannot", "申报未受理"),
    ],
)
async def test_a_refusal_names_what_was_sent(door, path, body, en, zh):
    answer = await door.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})

    said = answer.json()
    assert (answer.status_code, said["detail"][: len(en)], said["detail_zh"][: len(zh)]) == (422, en, zh)


@pytest.mark.system
async def test_a_refusal_of_an_item_names_what_the_item_is(door):
    items = [
        a_report("a", area="110101"),
        a_patrol("b", area="110101"),
        an_action("c", report_id="nothing"),
        an_action("d", incident_id=str(uuid.uuid4())),
        a_report("e", area=VILLAGE),
        a_patrol("e"),
    ]

    answer = await send(door, *items)

    said = [
        one["problem"]["detail_zh"].partition("未受理")[0] for one in answer.json()["items"] if one["problem"]
    ]
    assert said == ["上报", "活动", "操作", "操作", "活动"]
