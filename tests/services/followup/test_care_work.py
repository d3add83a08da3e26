"""Counselling and support over HTTP, from inbound delivered twice, and ended by the clock of the database."""

import uuid
from datetime import timedelta

import httpx
import pytest

from doors.idempotency import Answer, digest, remember
from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from schemas.codes import load
from schemas.intake import ActionReceived
from schemas.topics import TOPICS
from services.followup import store
from services.followup.answers import view_of
from services.followup.api import api
from services.followup.app import LISTENS_TO
from services.followup.desk import Desk
from services.followup.state import SupportPlan
from tests.builders import APPLICANT, INCIDENT, OFFICER, a_record, a_revisit, later, policies
from tests.documented import Documented

pytestmark = pytest.mark.system
PATH = f"/v1/revisits/{INCIDENT}"


@pytest.fixture
async def database(new_database):
    return await new_database("followup")


@pytest.fixture
async def door(database):
    transport = Documented(api(database, Desk("village", policies()), load(), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://followup") as opened:
        yield opened


async def keep(database, revisit):
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, [revisit], now)


async def types(database):
    async with database.connection() as connection:
        return [row["type"] for row in await connection.fetch("select type from outbox order by id")]


async def act(door, action, key=None, **fields):
    body = {"action": {"action": action, **fields}, "actor": {"role": "officer", "ref": "o-1102"}}
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await door.post(f"{PATH}/actions", json=body, headers=headers)


async def test_counselling_and_support_are_recorded_over_http_and_seen(database, door):
    now = await database.now()
    await keep(database, a_revisit(resolved_at=now - timedelta(days=1)))
    until = (now + timedelta(days=30)).isoformat()

    offered = await act(door, "counsel", party="p1", counselling="offered")
    started = await act(door, "start-support-plan", key="k-1", party="p2", purpose="health", until=until)
    again = await act(door, "start-support-plan", key="k-1", party="p2", purpose="health", until=until)
    twice = await act(door, "start-support-plan", party="p2", purpose="health", until=until)
    step = await act(door, "record-support-step", party="p2", aid="medical")
    seen = (await door.get(PATH)).json()

    assert [one.status_code for one in (offered, started, again, twice, step)] == [201, 201, 201, 409, 201]
    assert twice.json()["type"] == "urn:fengqiao:problem:support-plan-open"
    assert seen["counselling"] == {"p1": "counselling/1:offered"}
    assert [(one["party"]["ref"], one["purpose"], one["steps"]) for one in seen["plans"]] == [
        ("p2", "purpose/1:health", 1)
    ]
    assert await types(database) == [
        "counselling.recorded.v1", "support-plan.started.v1", "support-plan.step-recorded.v1",
    ]  # fmt: skip


async def test_what_a_caller_saw_otherwise_is_a_conflict_with_both_values_at_this_door_too(database, door):
    now = await database.now()
    await keep(
        database, a_revisit(resolved_at=now - timedelta(days=1), counselling={"p1": "counselling/1:taken"})
    )
    seen = {"party": "p1", "means": "home", "result": "satisfied"}

    async def visit(key, *basis):
        headers = {"Idempotency-Key": key}
        return await door.post(f"{PATH}/visits", json=seen | {"based_on": basis}, headers=headers)

    body = {"action": {"action": "counsel", "party": "p1", "counselling": "declined"}}
    body |= {"based_on": [{"field": "counselling", "value": "offered"}]}
    counselled = await door.post(f"{PATH}/actions", json=body, headers={"Idempotency-Key": "c-1"})
    first = await visit("v-1", {"field": "result", "value": None})
    second = await visit("v-2", {"field": "result", "value": None})

    assert [one.status_code for one in (counselled, first, second)] == [409, 201, 409]
    assert counselled.json()["errors"] == [
        {"field": "counselling", "expected": "offered", "found": "counselling/1:taken"}
    ]
    assert second.json()["type"] == "urn:fengqiao:problem:changed-meanwhile"
    assert second.json()["errors"] == [
        {"field": "result", "expected": None, "found": "revisit-result/1:satisfied"}
    ]
    assert await types(database) == ["revisit.visited.v1"]


async def test_until_when_is_told_at_this_door_step_by_step(database, door):
    await keep(database, a_revisit(plans=(SupportPlan(1, APPLICANT, "purpose/1:health", later(days=30)),)))

    answer = await door.get(f"{PATH}/deadlines")
    nobody = await door.get(f"/v1/revisits/{uuid.uuid4()}/deadlines")

    assert (answer.status_code, nobody.status_code) == (200, 404)
    assert [(one["step"], one["rule"]) for one in answer.json()["deadlines"]] == [
        ("revisit", "default/2 revisit.due"), ("support-plan", None),
    ]  # fmt: skip
    assert answer.json()["deadlines"][0]["steps"][0]["zh"].endswith("起算，期限 P7D")


async def test_a_request_that_says_nothing_of_what_it_saw_is_the_same_as_before_one_could(database, door):
    now = await database.now()
    await keep(database, a_revisit(resolved_at=now - timedelta(days=1)))
    seen = {"party": "p1", "means": "home", "result": "satisfied"}
    before = (
        '{"actor":{"role":"staff","ref":"unknown"},"occurred_at":null,'
        '"party":"p1","means":"home","result":"satisfied"}'
    )
    async with database.transaction() as tx:
        await remember(
            tx, "v-1", digest(INCIDENT, before), Answer(201, view_of(a_revisit()).model_dump(mode="json"))
        )

    again = await door.post(f"{PATH}/visits", json=seen, headers={"Idempotency-Key": "v-1"})

    assert again.status_code == 201
    assert await types(database) == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"counselling": "forced"}, "action.counselling"),
        ({"name": "x"}, "action.counsel.name"),
        ({"party": "somebody"}, "action.counsel.party"),
    ],
)
async def test_what_is_no_code_no_party_or_no_field_is_named(database, door, fields, named):
    await keep(database, a_revisit())

    answer = await act(door, "counsel", **{"party": "p1", "counselling": "offered"} | fields)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [named]


async def test_a_plan_ends_by_the_clock_once_and_the_date_of_the_revisit_stays(database):
    now = await database.now()
    passed = SupportPlan(1, APPLICANT, "purpose/1:health", now - timedelta(minutes=5))
    due = now + timedelta(days=3)
    await keep(database, a_revisit(due_at=due, plans=(passed,), planned=1))
    desk = Desk("village", policies())

    async with database.transaction() as tx:
        fired = [await desk.fire(tx, 10), await desk.fire(tx, 10)]

    async with database.connection() as connection:
        [row] = await connection.fetch("select step, due_at from deadline")
    assert fired == [1, 0]
    assert await types(database) == ["support-plan.ended.v1"]
    assert (row["step"], row["due_at"]) == ("revisit", due)


async def test_another_system_records_counselling_delivered_twice_and_reads_a_refusal(database):
    now = await database.now()
    await keep(database, a_revisit(resolved_at=now - timedelta(days=1)))
    reading = Reading((TOPICS["village.intake"],), LISTENS_TO, Desk("village", policies()).handle)
    inbox = Inbox(database, reading, lambda: None)
    asked = {"incident_id": INCIDENT, "source": "/partner", "occurred_at": now, "actor": OFFICER}
    offered = {"action": "counsel", "party": "p1", "counselling": "counselling/1:offered"}
    ending = {"action": "end-support-plan", "party": "p1", "reason": "reason/1:purpose-reached"}
    records = [
        a_record(ActionReceived.model_validate(asked | {"action": action}), seq)
        for seq, action in enumerate((offered, ending), start=1)
    ]

    for _ in range(2):
        await inbox.apply(records)

    assert await types(database) == ["counselling.recorded.v1", "action.refused.v1"]
