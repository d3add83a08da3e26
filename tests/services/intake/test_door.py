"""Over HTTP: a report with its triage, and requests that an older release answered."""

import uuid

import pytest

from doors.idempotency import Answer, remember
from messaging.trace import carried, sampled
from services.intake.vault import Vault
from tests.builders import VILLAGE

pytestmark = pytest.mark.system
VAULT = Vault(bytes(32))
REPORT = {
    "area": VILLAGE,
    "category": "land",
    "channel": "walk-in",
    "occurred_at": "2026-09-14T09:20:00+08:00",
}


async def report(door, key=None, **fields):
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await door.post("/v1/reports", json=REPORT | fields, headers=headers)


async def test_a_report_is_answered_with_its_severity_and_the_reasons_of_triage(door):
    answer = (await report(door, description="他说要跟邻居同归于尽", people=2)).json()

    assert answer["severity"] == "severity/1:major"
    assert answer["proposed"]["severity"] == "major"
    assert [one["rule"] for one in answer["proposed"]["reasons"]] == ["threat-to-life"]
    assert answer["proposed"]["reasons"][0]["because"]


async def test_a_person_decides_otherwise_and_sees_what_was_proposed(door):
    answer = (await report(door, people=40, severity="ordinary")).json()

    assert (answer["severity"], answer["proposed"]["severity"]) == ("severity/1:ordinary", "major")


async def test_triage_can_be_asked_for_before_anything_is_stored(door, database):
    asked = await door.post("/v1/triage", json=REPORT | {"people": 6})

    assert asked.json()["severity"] == "prominent"
    async with database.connection() as connection:
        assert await connection.fetchval("select count(*) from report") == 0


async def test_triage_of_a_report_that_could_not_be_accepted_names_the_field(door):
    asked = await door.post("/v1/triage", json=REPORT | {"category": "gossip"})

    assert (asked.status_code, asked.json()["type"].rpartition(":")[2]) == (422, "unknown-code")
    assert "gossip" not in asked.text


async def test_the_trace_of_whoever_asks_goes_on_with_the_event_and_one_is_begun_for_nobody(door, database):
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for key, trace in (("k-1", {"traceparent": given}), ("k-2", {"traceparent": "王小明"}), ("k-3", {})):
        headers = {"Idempotency-Key": key} | {name: value.encode() for name, value in trace.items()}
        assert (await door.post("/v1/reports", json=REPORT, headers=headers)).status_code == 201

    async with database.connection() as connection:
        rows = await connection.fetch(
            "select traceparent from outbox where type = 'incident.reported.v1' order by id"
        )

    went_on, *begun = [row["traceparent"] for row in rows]
    assert went_on.split("-")[1] == given.split("-")[1]
    assert all(carried(one) for one in begun)
    assert len({went_on.split("-")[1], *(one.split("-")[1] for one in begun)}) == 3
    assert not any(sampled(one) for one in (went_on, *begun))


async def test_a_request_answered_by_the_first_release_gets_that_answer_again(door, database):
    noted = (
        f'{{"area":"{VILLAGE}","category":"land","channel":"walk-in","severity":"ordinary",'
        '"occurred_at":"2026-09-14T09:20:00+08:00","target_at":null,"parties":[],"description":null}'
    )
    given = {"incident_id": str(uuid.uuid4()), "accepted_at": "2026-09-14T01:21:00Z"}
    async with database.transaction() as tx:
        await remember(tx, "k-1", VAULT.fingerprint(noted.encode()), Answer(201, given))

    again, other = await report(door, "k-1"), await report(door, "k-1", category="labour")

    assert (again.status_code, {name: again.json()[name] for name in given}) == (201, given)
    assert other.status_code == 422
