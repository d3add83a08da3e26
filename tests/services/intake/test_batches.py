"""Over HTTP: what was recorded without a network takes effect once, item by item, and each item is answered."""

import asyncio
import hashlib
import json
import uuid

import pytest

from services.intake.vault import Vault
from tests.builders import VILLAGE, an_inbound_record
from tests.messaging.tiny import letters, rows
from tests.services.intake.recorded import (
    DEVICE,
    NAME,
    a_patrol,
    a_report,
    an_action,
    counts,
    said,
    send,
    states,
)

pytestmark = pytest.mark.system
VAULT = Vault(bytes(32))


def some(count):
    """A report, and so many patrols after it."""
    return [a_report(), *(a_patrol(f"p-{at}") for at in range(count))]


async def test_a_batch_is_let_in_whole_and_in_its_order(door, database):
    answer = await send(door, a_report(), an_action(), a_patrol())

    assert (answer.status_code, states(answer)) == (
        202, {"i-1": "accepted", "i-2": "accepted", "i-3": "accepted"},
    )  # fmt: skip
    report, action, activity = answer.json()["items"]
    assert report["incident_id"] == action["incident_id"]
    assert await said(database) == [
        ("incident.reported.v1", report["incident_id"]),
        ("action.received.v2", report["incident_id"]),
        ("activity.recorded.v1", activity["activity_id"]),
    ]
    assert answer.json()["undecided"] == 1
    assert (await door.get(answer.headers["Location"])).json()["items"][0]["state"] == "accepted"


async def test_a_batch_sent_again_has_the_same_answer_and_no_further_effect(door, database):
    first = await send(door, a_report(), an_action(), a_patrol())
    before = await counts(database)

    again = await send(door, a_report(), an_action(), a_patrol())

    assert await counts(database) == before
    assert again.json()["batch_id"] == first.json()["batch_id"]
    assert [one["repeated"] for one in again.json()["items"]] == [True] * 3
    for then, now in zip(first.json()["items"], again.json()["items"], strict=True):
        assert then | {"repeated": True} == now


async def test_a_later_batch_may_act_on_the_report_of_an_earlier_one_of_the_same_device(door):
    told = await send(door, a_report())

    acted, of_another = await send(door, an_action()), await send(door, an_action(), device="grid-08")

    assert states(acted) == {"i-2": "accepted"}
    assert acted.json()["items"][0]["incident_id"] == told.json()["items"][0]["incident_id"]
    assert of_another.json()["items"][0]["problem"]["type"].endswith("unknown-report")


async def test_a_part_of_a_batch_sent_again_with_more_lets_only_the_rest_in(door, database):
    await send(door, *some(3))

    answer = await send(door, *some(5)[2:])

    assert [one["repeated"] for one in answer.json()["items"]] == [True, True, False, False]
    assert await counts(database) == {"report": 1, "activity": 5, "item": 6, "outbox": 6, "vault": 0}


async def test_the_same_batch_under_way_many_times_at_once_takes_effect_once(door, database):
    answers = await asyncio.gather(*(send(door, *some(20)) for _ in range(8)))

    assert {one.status_code for one in answers} == {202}
    assert sum(not one["repeated"] for answer in answers for one in answer.json()["items"]) == 21
    assert (await counts(database))["outbox"] == 21


async def test_two_devices_may_use_the_same_names(door, database):
    one, other = [await send(door, a_report(), device=device) for device in ("grid-07", "grid-08")]

    assert one.json()["items"][0]["incident_id"] != other.json()["items"][0]["incident_id"]
    assert (await counts(database))["report"] == 2


async def test_what_is_wrong_with_an_item_is_said_and_it_may_be_mended_under_the_same_name(door, database):
    wrong = [
        a_report("i-1", area="110101"),
        an_action(),
        a_patrol("i-3", minutes=-1, mood="calm"),
        a_patrol("i-4"),
    ]

    refused = await send(door, *wrong)
    mended = await send(door, a_report(), an_action(), a_patrol())

    assert states(refused) == {"i-1": "refused", "i-2": "refused", "i-3": "refused", "i-4": "accepted"}
    problems = [one["problem"] for one in refused.json()["items"]]
    assert [one and [error["field"] for error in one["errors"]] for one in problems] == [
        ["area"], ["report_id"], ["minutes", "mood"], None,
    ]  # fmt: skip
    assert set(states(mended).values()) == {"accepted"}
    later = (await door.get(refused.headers["Location"])).json()
    problems[2]["errors"][1]["field"] = (
        "…"  # a name of the device's own is in the answer only: it may be somebody's
    )
    assert [one["problem"] for one in later["items"]] == problems


async def test_a_name_that_was_used_for_something_else_is_refused(door, database):
    await send(door, a_report())

    answer = await send(door, a_report(category="family"))

    assert answer.json()["items"][0]["problem"]["type"].endswith(":id-reused")
    assert (await counts(database))["report"] == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"device": DEVICE, "items": []}, 422, "items"),
        ({"device": "王", "items": [a_report()]}, 422, "device"),
        ({"device": DEVICE, "items": [{"kind": "report"}]}, 422, "items.0"),
        ({"device": DEVICE, "items": [a_report(f"i-{at}") for at in range(501)]}, 422, "items"),
    ],
    ids=["nothing", "a device with a name of its own", "an item without a name", "more than 500"],
)
async def test_a_batch_that_cannot_be_answered_item_by_item_is_refused_whole(
    door, database, body, status, field
):
    answer = await door.post("/v1/batches", json=body)

    assert answer.status_code == status
    assert any(one["field"].startswith(field) for one in answer.json()["errors"])
    assert (await counts(database))["item"] == 0


async def test_a_batch_may_be_larger_than_other_requests_and_has_a_limit_of_its_own(door):
    large = await send(door, *(a_report(f"i-{at}", description="长" * 300) for at in range(500)))
    too_large = await send(door, *(a_report(f"j-{at}", description="长" * 3000) for at in range(300)))

    assert (large.status_code, set(states(large).values())) == (202, {"accepted"})
    assert (too_large.status_code, too_large.json()["type"]) == (413, "urn:fengqiao:problem:too-large")


async def test_what_was_said_about_people_is_in_the_vault_and_nowhere_else(door, database):
    told = a_report(description=f"{NAME}说", parties=[{"role": "applicant", "name": NAME}])

    await send(door, told, a_patrol(note=f"{NAME}在家"), a_report("i-4", area="110101", description=NAME))

    tables = ("report", "activity", "item", "batch", "outbox", "submission")
    for table in tables:
        for (row,) in await rows(database, f"select t::text from {table} t"):
            assert NAME not in row
    for (data,) in await rows(database, "select data from outbox"):
        assert NAME.encode() not in data
    assert (await counts(database))["vault"] == 2


async def test_an_action_that_the_first_release_let_in_is_not_let_in_again(database, inbox):
    body = (
        '{"incident_id":null,"report_id":"r-1","occurred_at":"2026-09-14T01:25:00Z",'
        '"actor":{"role":"partner","ref":"unknown"},"reference":null,"action":{"action":"accept"}}'
    )
    digest = hashlib.sha256(f"action.submitted.v1\n{body}".encode()).digest()
    async with database.connection() as connection:
        await connection.execute("insert into submission values ('/partner', 'a-1', $1)", digest)
    given = {"report_id": "r-1", "occurred_at": "2026-09-14T01:25:00Z", "action": {"action": "accept"}}
    record = an_inbound_record(json.dumps(given).encode(), ce_type=b"action.submitted.v1", ce_id=b"a-1")

    for _ in range(2):
        await inbox.apply([record])

    assert (await said(database), await letters(database)) == ([], [])


async def test_a_number_that_is_known_refuses_its_item_only_and_stays_a_conflict_for_a_single_report(
    door, database
):
    numbered = {"channel": "court", "source_number": "2026-0522-1042"}
    batch = [a_report("i-1", **numbered), a_report("i-2", **numbered), a_patrol("i-3")]
    first = await send(door, *batch)
    again = await send(door, *batch)
    other = await send(door, a_report("i-1", **numbered), a_patrol("i-2"), device="grid-08")
    single = await door.post(
        "/v1/reports",
        json={"area": VILLAGE, "category": "land", **numbered},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )

    known = first.json()["items"][0]["incident_id"]
    assert [first.status_code, other.status_code, single.status_code] == [202, 202, 409]
    assert states(first) == states(again) == {"i-1": "accepted", "i-2": "refused", "i-3": "accepted"}
    assert states(other) == {"i-1": "refused", "i-2": "accepted"}
    assert known in single.json()["detail"]
    assert known in other.json()["items"][0]["problem"]["detail"]
    assert await rows(database, "select incident_id, number from offer") == [(known, "2026-0522-1042")]
    assert [key for kind, key in await said(database) if kind == "incident.reported.v1"] == [known]
