"""A field nobody knows is refused and named at every depth, although the events that share the parts pass it over."""

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError

from doors.problems import invalid
from schemas.actions import HandlingAction
from services.followup.api_visits import FollowingRequest, VisitRequest
from services.intake.api_activities import ActivityRequest
from services.intake.api_reports import ReportRequest
from services.intake.batch import BatchRequest, Unfit
from services.routing.api_actions import ActionRequest

ACCEPT = {"action": "accept"}
ESCALATE = {"action": "escalate", "reason": "too-hard", "tier": "county"}  # the field is called `to_tier`
VISIT = {"party": "p1", "means": "home", "result": "satisfied"}
REPORT = {"area": "620522100201", "category": "land", "channel": "hotline"}
PATROL = {"activity": "patrol", "area": "620522100201", "role": "grid-staff"}


@pytest.mark.parametrize(
    ("request_type", "given", "field"),
    [
        (ActionRequest, {"action": ESCALATE}, "action.escalate.tier"),
        (ActionRequest, {"action": ACCEPT, "actor": {"name": "a"}}, "actor.name"),
        (ActionRequest, {"action": ACCEPT, "when": 1}, "when"),
        (ActionRequest, {"action": ACCEPT, "based_on": [{"field": "status", "was": "open"}]}, "based_on.0.was"),
        (FollowingRequest, {"action": {"action": "visit", **VISIT, "note": "a"}}, "action.visit.note"),
        (VisitRequest, VISIT | {"actor": {"name": "a"}}, "actor.name"),
        (ReportRequest, REPORT | {"parties": [{"role": "reporter", "age": 4}]}, "parties.0.age"),
        (ActivityRequest, PATROL | {"actor": {"name": "a"}}, "actor.name"),
    ],
)  # fmt: skip
def test_an_unknown_field_is_named(request_type, given, field):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(request_type).validate_python(given)

    problem = invalid(caught.value.errors())
    assert (problem.kind, [name for name, _ in problem.fields]) == ("unknown-field", [field])


def test_an_unknown_field_refuses_one_item_of_a_batch_alone():
    item = {"kind": "action", "occurred_at": "2026-09-14T09:20:00+08:00", "report_id": "r"}
    items = [item | {"id": "a", "action": ESCALATE}, item | {"id": "b", "action": ACCEPT}]

    wrong, good = BatchRequest.model_validate({"device": "d", "items": items}).items

    assert isinstance(wrong, Unfit)
    assert [one["field"] for one in wrong.problem["errors"]] == ["action.escalate.tier"]
    assert good.action.action == "accept"


def test_what_is_known_is_read_as_it_is():
    read = ActionRequest.model_validate({"action": ACCEPT, "actor": {"ref": "staff-1"}})

    assert (read.action.action, read.actor.ref) == ("accept", "staff-1")
    assert ActionRequest.model_validate(read) is read


def test_one_that_is_made_by_hand_is_read_alike():
    made = ActionRequest(action=ACCEPT, actor={"ref": "staff-1"})

    assert made == ActionRequest.model_validate({"action": ACCEPT, "actor": {"ref": "staff-1"}})
    with pytest.raises(ValidationError, match=r"actor\.name"):
        ActionRequest(action=ACCEPT, actor={"name": "a"})


def test_an_event_still_passes_over_what_it_does_not_know():
    assert TypeAdapter(HandlingAction).validate_python(ACCEPT | {"more": 1}).action == "accept"


def test_the_document_of_a_request_is_that_of_its_fields():
    app = FastAPI()

    @app.post("/")
    async def act(body: ActionRequest) -> None: ...

    shown = app.openapi()["components"]["schemas"]["ActionRequest"]
    assert set(shown["properties"]) == {"action", "actor", "occurred_at", "based_on"}
    assert shown["additionalProperties"] is False


TELEPHONE, IDENTITY = "13800138000", "62052219700101123X"
WHISTLE = {"action": "whistle", "participants": [{"role": "police", "ref": IDENTITY}]}


@pytest.mark.parametrize(
    ("request_type", "given", "field"),
    [
        (ActionRequest, {"action": ACCEPT, "actor": {"ref": TELEPHONE}}, "actor.ref"),
        (ActionRequest, {"action": {"action": "assign", "assignee": f"tel:{TELEPHONE}"}}, "action.assignee"),
        (ActionRequest, {"action": WHISTLE}, "action.participants.0.ref"),
        (ActionRequest, {"action": ACCEPT, "based_on": [{"field": "assignee", "value": IDENTITY}]}, "based_on.0.value"),
        (VisitRequest, VISIT | {"actor": {"ref": IDENTITY}}, "actor.ref"),
        (ReportRequest, REPORT | {"source_number": TELEPHONE}, "source_number"),
        (ReportRequest, REPORT | {"parties": [{"role": TELEPHONE}]}, "parties.0.role"),
        (ActivityRequest, PATROL | {"actor": {"ref": TELEPHONE}}, "actor.ref"),
        (BatchRequest, {"device": TELEPHONE, "items": [PATROL | {"kind": "activity", "id": "a"}]}, "device"),
    ],
)  # fmt: skip
def test_a_person_s_number_is_refused_where_a_reference_is_meant_and_not_repeated(request_type, given, field):
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(request_type).validate_python(given)

    problem = invalid(caught.value.errors(include_input=False))
    assert field in [name for name, _ in problem.fields]
    assert "opaque" in dict(problem.fields)[field]
    assert not any(one in str(problem.fields) + str(caught.value) for one in (TELEPHONE, IDENTITY))


def test_what_is_for_the_vault_may_say_it():
    party = {"role": "reporter", "name": "王小明", "telephone": TELEPHONE, "identity_number": IDENTITY}
    report = ReportRequest.model_validate(REPORT | {"parties": [party], "description": f"call {TELEPHONE}"})
    activity = ActivityRequest.model_validate(PATROL | {"note": f"call {TELEPHONE}"})

    assert (report.parties[0].telephone, activity.note) == (TELEPHONE, f"call {TELEPHONE}")


def test_it_refuses_one_item_of_a_batch_alone_unless_it_is_the_item_s_name():
    item = {"kind": "action", "occurred_at": "2026-09-14T09:20:00+08:00", "report_id": "r", "action": ACCEPT}
    items = [item | {"id": "a", "actor": {"ref": TELEPHONE}}, item | {"id": "b"}]

    wrong, good = BatchRequest.model_validate({"device": "d", "items": items}).items

    assert isinstance(wrong, Unfit)
    assert [one["field"] for one in wrong.problem["errors"]] == ["actor.ref"]
    assert TELEPHONE not in str(wrong.problem)
    assert good.id == "b"
    with pytest.raises(ValidationError):
        BatchRequest.model_validate({"device": "d", "items": [item | {"id": TELEPHONE}]})


def test_an_item_of_no_known_kind_is_told_which_there_are_and_not_what_it_said():
    [wrong] = BatchRequest.model_validate({"device": "d", "items": [{"kind": "王小明", "id": "a"}]}).items

    [told] = wrong.problem["errors"]
    assert told["problem"] == "Input should name one of 'report', 'action', 'activity'"
    assert "王小明" not in str(wrong.problem)


def test_a_batch_whose_item_has_neither_a_known_kind_nor_a_name_is_told_the_same():
    with pytest.raises(ValidationError) as caught:
        BatchRequest.model_validate({"device": "d", "items": [{"kind": "王小明"}]})

    assert "王小明" not in str(invalid(caught.value.errors()).fields)


def test_a_batch_of_far_too_many_items_is_refused_before_any_of_them_is_read():
    with pytest.raises(ValidationError) as caught:
        BatchRequest.model_validate({"device": "d", "items": [1] * 300_000})

    [(field, what)] = invalid(caught.value.errors(include_input=False)).fields
    assert (field, what) == ("items", "Input should have at most 500 items")
