"""Activities, over HTTP and from another system: recorded once, and nothing is said of persons."""

import json

import pytest

from tests.builders import VILLAGE, an_activity, an_inbound_record
from tests.messaging.tiny import letters, rows
from tests.services.intake.recorded import NAME, said

pytestmark = pytest.mark.system


async def test_an_activity_is_recorded_once_and_says_nothing_of_persons(door, database):
    body = {
        "activity": "deliberation", "area": VILLAGE, "role": "village-committee", "attendance": 34, "raised": 5,
        "adopted": 3, "actor": {"role": "committee", "ref": "c-12"}, "note": NAME,
    }  # fmt: skip

    answers = [
        await door.post("/v1/activities", json=body, headers={"Idempotency-Key": "k-1"}) for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    [(data,)] = await rows(database, "select data from outbox where type = 'activity.recorded.v1'")
    event = json.loads(data)
    assert (event["activity"], event["role"]) == ("activity/1:deliberation", "staff-role/1:village-committee")
    assert (event["attendance"], event["raised"], event["adopted"]) == (34, 5, 3)
    assert b"c-12" not in data
    assert await rows(database, "select actor_ref from activity") == [("c-12",)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"activity": "party"}, "activity"),
        ({"activity": "巡查"}, "activity"),
        ({"role": "x"}, "role"),
        ({"role": "网格员"}, "role"),
        ({"minutes": 10_081}, "minutes"),
    ],
)
async def test_an_activity_that_cannot_be_recorded_names_the_field(door, changes, field):
    body = {"activity": "patrol", "area": VILLAGE, "role": "grid-staff"} | changes

    answer = await door.post("/v1/activities", json=body, headers={"Idempotency-Key": "k-1"})

    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])


async def test_another_system_s_activity_is_recorded_once_however_often_it_is_delivered(database, inbox):
    body = an_activity(actor={"role": "grid", "ref": "g-7"}).model_dump_json().encode()
    record = an_inbound_record(body, ce_type=b"activity.submitted.v1")

    for _ in range(2):
        await inbox.apply([record, record])

    [(kind, key)] = await said(database)
    assert kind == "activity.recorded.v1"
    assert await rows(database, "select activity_id, minutes, actor_ref from activity") == [(key, 45, "g-7")]
    assert await letters(database) == []


async def test_another_system_s_activity_by_somebody_s_telephone_is_a_dead_letter_that_does_not_show_it(
    database, inbox
):
    body = an_activity(actor={"ref": "13800138000"}).model_dump_json().encode()

    for _ in range(2):
        await inbox.apply([an_inbound_record(body, ce_type=b"activity.submitted.v1")])

    assert [reason for *_, reason in await letters(database)] == ["personal-data"]
    assert "13800138000" not in str(await rows(database, "select * from dead_letter"))
    assert [kind for kind, _ in await said(database)] == ["submission.refused.v1"]
    assert "13800138000" not in str(await rows(database, "select key, data from outbox"))
    assert await rows(database, "select 1 from activity") == []


async def test_another_system_s_activity_with_an_unknown_code_is_a_dead_letter(database, inbox):
    body = an_activity(role="mayor").model_dump_json().encode()

    await inbox.apply([an_inbound_record(body, ce_type=b"activity.submitted.v1")])

    assert [reason for *_, reason in await letters(database)] == ["unknown-code"]
    assert [kind for kind, _ in await said(database)] == ["submission.refused.v1"]
