"""What a door answers when a request is sent again, is wrong, or cannot be stored now."""

import json

import pytest

from tests.system.bad_requests import BAD, NAME, TELEPHONE
from tests.system.world import a_report

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]


async def test_the_same_request_has_one_answer_and_its_name_cannot_be_used_for_another(world):
    first, again = [
        await world.post("village-intake", "/v1/reports", a_report(), "same-name") for _ in range(2)
    ]
    other = await world.post("village-intake", "/v1/reports", a_report(category="labour"), "same-name")
    incident = first.json()["incident_id"]
    world.promised.add(incident)
    accepts = [await world.act("village", incident, "accept", key="accept-once") for _ in range(2)]

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (accepts[0].status_code, accepts[0].json()) == (accepts[1].status_code, accepts[1].json())
    assert (other.status_code, other.json()["type"]) == (422, "urn:fengqiao:problem:key-reused")


@pytest.mark.parametrize(("status", "kind", "sent"), BAD, ids=[kind for _, kind, _ in BAD])
async def test_each_kind_of_bad_request_has_its_own_answer_that_repeats_nothing_personal(
    world, status, kind, sent
):
    named = {**sent, "headers": {"Idempotency-Key": f"bad-{kind}", **sent.get("headers", {})}}

    answer = await world.once("POST", "village-intake", "/v1/reports", **named)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == f"urn:fengqiao:problem:{kind}"
    assert NAME not in json.dumps(answer.json(), ensure_ascii=False)
    assert TELEPHONE not in answer.text


async def test_while_the_database_is_down_nothing_is_accepted_and_the_caller_is_told_when_to_come_again(
    world, county
):
    before = await world.query("intake_village", "select count(*) as count from report")
    county.stop_program("postgres")
    try:
        named = {"Idempotency-Key": "down"}
        answer = await world.once(
            "POST", "village-intake", "/v1/reports", json=a_report(), headers=named, timeout=40
        )
    finally:
        county.start_program("postgres")

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:fengqiao:problem:unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    await world.until(lambda: world.answers("postgres"), "the database answers again", 60)
    assert await world.query("intake_village", "select count(*) as count from report") == before
    assert await world.report(key="down")


async def test_while_the_database_is_down_a_service_says_that_it_is_not_ready(world, county):
    county.stop_program("postgres")
    try:
        said = await world.until(lambda: not_ready(world), "village-intake is not ready", 15)
    finally:
        county.start_program("postgres")
        await world.until(lambda: world.answers("postgres"), "the database answers again", 60)

    assert said["conditions"]["database"] != "ok"


async def not_ready(world):
    probe = await world.probe("village-intake")
    return None if probe is None or probe["ready"] else probe
