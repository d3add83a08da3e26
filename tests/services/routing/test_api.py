"""Over HTTP: a clock is stopped, taken up, extended and explained."""

import uuid

import httpx
import pytest

from messaging.pace import Pulse
from schemas.codes import load
from services.routing import store
from services.routing.api import api
from services.routing.centre import Centre
from services.routing.clocks import handle_until
from services.routing.desk import Desk
from services.routing.versions import Versions
from tests.builders import INCIDENT, a_centre, an_accepted_incident, an_incident, policies
from tests.documented import Documented

pytestmark = pytest.mark.system
PATH = f"/v1/incidents/{INCIDENT}"


@pytest.fixture
async def door(new_database):
    """Routing's door, with a matter in handling since now."""
    database = await new_database()
    now = await database.now()
    due = handle_until(an_incident(), policies(), now).at
    async with database.transaction() as tx:
        await store.save(tx, [an_accepted_incident(clock_from=now, due_at=due, handle_by=due)], now)
    transport = Documented(api(database, Desk(a_centre()), load(), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as opened:
        yield opened


async def act(door, action, **fields):
    body = {"action": {"action": action, **fields}, "actor": {"role": "officer", "ref": "o-1102"}}
    return await door.post(f"{PATH}/actions", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})


async def test_a_clock_is_stopped_and_taken_up_and_both_can_be_seen(door):
    begun = (await door.get(PATH)).json()
    suspended = await act(door, "suspend", reason="party-away", approver="o-9")
    still = (await door.get(f"{PATH}/deadlines")).json()
    resumed = await act(door, "resume")
    runs = (await door.get(f"{PATH}/deadlines")).json()

    assert (suspended.status_code, resumed.status_code) == (201, 201)
    assert (still["due_at"], still["why_not"]["reason"]) == (None, "suspended")
    assert runs["why_not"] is None
    assert runs["due_at"] > begun["due_at"]
    assert [one["kind"] for one in runs["moves"]] == ["suspended", "resumed"]
    assert runs["moves"][0]["reason"] == "reason/1:party-away"


async def test_an_extension_is_explained_in_both_languages(door):
    assert (await act(door, "extend", reason="complex", approver="o-9", span="5 个工作日")).status_code == 201

    told = (await door.get(f"{PATH}/deadlines")).json()

    assert any("延期 5 个工作日" in one["zh"] for one in told["steps"])
    assert all(one["zh"] and one["en"] for one in told["steps"])
    assert {"weekend"} <= {one["why"] for one in told["not_counted"]}


@pytest.mark.parametrize(
    ("action", "fields", "status", "kind"),
    [
        ("suspend", {"reason": "complex", "approver": "o-9"}, 409, "reason-not-allowed"),
        ("suspend", {"reason": "party-away", "approver": "o-1102"}, 409, "approver-is-actor"),
        ("resume", {}, 409, "not-suspended"),
        ("extend", {"reason": "complex", "approver": "o-9", "span": "for ever"}, 422, ""),
        ("suspend", {"reason": "rain", "approver": "o-9"}, 422, ""),
    ],
)
async def test_what_is_refused_says_why(door, action, fields, status, kind):
    answer = await act(door, action, **fields)

    assert answer.status_code == status
    assert kind in answer.json()["type"]


async def test_an_action_nobody_knows_is_refused_at_the_door_with_those_that_are_known(door):
    answer = await act(door, "dance")

    assert answer.status_code == 422
    assert "accept, assign, escalate" in answer.text
    assert "dance" not in answer.text


async def test_what_changed_meanwhile_is_answered_with_both_values_and_nothing_is_done(door):
    basis = [{"field": "status", "value": "open"}, {"field": "assignee", "value": None}]
    body = {"action": {"action": "assign", "assignee": "u-3"}, "based_on": basis}

    answer = await door.post(f"{PATH}/actions", json=body, headers={"Idempotency-Key": "k-1"})
    after = (await door.get(PATH)).json()

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:fengqiao:problem:changed-meanwhile")
    assert answer.json()["errors"] == [{"field": "status", "expected": "open", "found": "accepted"}]
    assert after["assignee"] is None


async def test_nobody_explains_what_nobody_knows(door):
    assert (await door.get(f"/v1/incidents/{uuid.uuid4()}/deadlines")).status_code == 404


async def test_a_matter_whose_policy_is_not_at_hand_can_be_tried_again_when_its_file_is_back(new_database):
    database = await new_database()
    now = await database.now()
    async with database.transaction() as tx:
        await store.save(tx, [an_incident(policy="gannan/1")], now)
    centre = Centre("village", Versions(policies()))
    transport = Documented(api(database, Desk(centre), load(), Pulse(1)))

    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as door:
        answer = await act(door, "accept")

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:fengqiao:problem:policy-not-at-hand")
    assert "gannan/1" in answer.json()["detail"]
    assert answer.headers["retry-after"]
