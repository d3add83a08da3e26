"""What became of each item of a batch comes back to the device that recorded it."""

import uuid

import pytest

from schemas.offline import ActionDone, Difference
from schemas.routing import ActionRefused
from services.intake.items import device_source
from tests.builders import NOW, OFFICER, a_record
from tests.services.intake.recorded import DEVICE, a_report, an_action, send

pytestmark = pytest.mark.system


SENDER = {
    "source": device_source("village", DEVICE),
    "occurred_at": NOW,
    "actor": OFFICER,
    "action": "accept",
}


async def test_what_became_of_an_action_comes_back_to_the_device_that_recorded_it(door, database, inbox):
    items = [a_report(), *(an_action(f"a-{at}") for at in range(4))]
    sent = await send(door, *items)
    incident = sent.json()["items"][0]["incident_id"]
    who = SENDER | {"incident_id": incident}
    conflict = Difference(field="status", expected="open", found="accepted")
    outcomes = [
        ActionDone(**who, reference="a-0"),
        ActionRefused(**who, reference="a-1", reason="not-accepted"),
        ActionRefused(**who, reference="a-2", reason="changed-meanwhile", conflicts=(conflict,)),
        ActionDone(**who | {"source": "/partner"}, reference="a-3"),
    ]
    heard = [
        a_record(one, seq, key=incident, topic="village.routing") for seq, one in enumerate(outcomes, start=1)
    ]

    for _ in range(2):
        await inbox.apply(heard)

    found = (await door.get(sent.headers["Location"])).json()
    assert [one["state"] for one in found["items"]] == ["accepted", "done", "refused", "conflict", "accepted"]
    assert [one["reason"] for one in found["items"][1:4]] == [None, "not-accepted", "changed-meanwhile"]
    assert found["items"][3]["conflicts"] == [conflict.model_dump()]
    assert found["undecided"] == 1
    again = await send(door, *items)
    assert [one["state"] for one in again.json()["items"]] == [one["state"] for one in found["items"]]


async def test_what_is_decided_about_another_incident_settles_nothing(door, database, inbox):
    sent = await send(door, a_report(), an_action())
    other = str(uuid.uuid4())

    await inbox.apply(
        [
            a_record(
                ActionDone(**SENDER, incident_id=other, reference="i-2"), key=other, topic="village.routing"
            )
        ]
    )

    assert (await door.get(sent.headers["Location"])).json()["undecided"] == 1


async def test_nobody_knows_a_batch_that_was_not_sent(door):
    assert (await door.get(f"/v1/batches/{uuid.uuid4()}")).status_code == 404
