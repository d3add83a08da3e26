"""What goes out and comes back is stored, shown, said and timed: the same over HTTP and over the inbound topic."""

import json
import uuid
from datetime import timedelta

import httpx
import pytest
from pydantic import TypeAdapter

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from schemas.codes import load
from schemas.intake import ActionReceived
from schemas.referrals import Offer
from schemas.topics import topics_read_by
from services.routing import store
from services.routing.api import api
from services.routing.app import LISTENS_TO
from services.routing.away import Away
from services.routing.desk import Desk
from services.routing.incident import Incident
from tests.builders import INCIDENT, NOW, OFFICER, a_centre, a_record, an_accepted_incident
from tests.documented import Documented

REFER = {"action": "refer", "body": "court", "unit": "court-620522", "reason": "beyond-authority"}
RECALL = {"action": "recall", "reason": "can-be-settled-locally"}
OPENED = {"action": "answer-referral", "answer": "opened"}
ACCEPTED = {"action": "answer-referral", "answer": "accepted", "case_number": "2026-0522-1873"}
SUCCEEDED = {"action": "answer-referral", "answer": "succeeded", "agreement": "agr-91"}
AWAY = Away(kind="referral", number=1, unit="court-620522", body="referral-body/1:court", due_at=NOW)


class House:
    """Routing of the village with a matter in handling, and both ways to it."""

    def __init__(self, database):
        self.database = database
        self.desk = Desk(a_centre())
        reading = Reading(topics_read_by("routing", "village"), LISTENS_TO, self.desk.handle)
        self.inbox = Inbox(database, reading, lambda: None)
        self.seq = 0

    async def begin(self, **changes):
        now = await self.database.now()
        due = now + timedelta(days=1)
        incident = an_accepted_incident(
            reported_at=now, opened_at=now, clock_from=now, due_at=due, handle_by=due, **changes
        )
        async with self.database.transaction() as tx:
            await store.save(tx, [incident], now)

    async def http(self, action):
        """What became of an action: the problem, or `done`."""
        transport = Documented(api(self.database, self.desk, load(), Pulse(1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://routing") as door:
            answer = await door.post(
                f"/v1/incidents/{INCIDENT}/actions",
                json={"action": action, "actor": {"role": "officer", "ref": "o-1102"}},
                headers={"Idempotency-Key": uuid.uuid4().hex},
            )
        body = answer.json()
        return "done" if answer.status_code == 201 else body["type"].rpartition(":")[2]

    async def inbound(self, action):
        """The same, asked by another system and delivered twice."""
        self.seq += 1
        codes = {"body": "referral-body/1:court", "reason": f"reason/1:{action.get('reason')}"}
        full = action | {name: code for name, code in codes.items() if name in action}
        event = ActionReceived(
            incident_id=INCIDENT, source="/court", occurred_at=await self.database.now(), actor=OFFICER, action=full,
        )  # fmt: skip
        before = await self.said()
        record = a_record(event, self.seq)
        await self.inbox.apply([record])
        await self.inbox.apply([record])
        news = (await self.said())[len(before) :]
        refusals = [one["reason"] for kind, one in news if kind == "action.refused.v1"]
        return refusals[0] if refusals else "done"

    async def said(self):
        async with self.database.connection() as connection:
            rows = await connection.fetch("select type, data from outbox order by id")
        return [(row["type"], json.loads(row["data"])) for row in rows]

    async def incident(self):
        async with self.database.connection() as connection:
            return await store.one(connection, INCIDENT)

    async def steps(self):
        async with self.database.connection() as connection:
            return [row["step"] for row in await connection.fetch("select step from deadline")]


@pytest.fixture
async def house(new_database):
    made = House(await new_database())
    await made.begin()
    return made


def test_what_is_out_and_who_sent_it_are_stored_and_loaded_as_they_were():
    kept = TypeAdapter(Incident)
    incident = an_accepted_incident(
        away=AWAY, referrals=1, offer=Offer(body="referral-body/1:court", number="7")
    )

    assert kept.validate_json(kept.dump_json(incident)) == incident


@pytest.mark.system
@pytest.mark.parametrize("way", ["http", "inbound"])
async def test_out_and_back_by_either_way(house, way):
    ask = getattr(house, way)

    became = [await ask(one) for one in (REFER, OPENED, RECALL, ACCEPTED, SUCCEEDED, SUCCEEDED)]

    assert became == ["done", "done", "opened-already", "done", "done", "nothing-is-out"]
    kinds = [kind for kind, _ in await house.said() if kind != "action.refused.v1"]
    assert kinds == [
        "incident.referred.v1", "incident.suspended.v1", "referral.opened.v1", "referral.accepted.v1",
        "referral.concluded.v1", "incident.resumed.v1",
    ]  # fmt: skip
    after = await house.incident()
    assert (after.away, after.referrals, after.owner) == (None, 1, "village")
    assert await house.steps() == ["handle"]


@pytest.mark.system
@pytest.mark.parametrize("way", ["http", "inbound"])
async def test_recalled_first_it_is_back_and_opening_is_refused(house, way):
    ask = getattr(house, way)

    assert [await ask(one) for one in (REFER, RECALL, OPENED)] == ["done", "done", "nothing-is-out"]
    assert (await house.incident()).away is None


@pytest.mark.system
async def test_an_answer_that_does_not_come_is_asked_for_again_by_the_clock(house):
    await house.http(REFER)
    away = (await house.incident()).away
    assert await house.steps() == ["referral.answer"]
    async with house.database.connection() as connection:
        state = await connection.fetchval("select state from incident")
        passed = away.due_at - timedelta(days=60)
        kept = TypeAdapter(Incident)
        late = kept.dump_python(kept.validate_json(state), mode="json")
        late["away"]["due_at"] = passed.isoformat()
        await connection.execute("update incident set state = $1", json.dumps(late))
        await connection.execute("update deadline set due_at = $1, try_at = $1", passed)

    async with house.database.transaction() as tx:
        fired = [await house.desk.fire(tx, 10), await house.desk.fire(tx, 10)]

    overdue = [one for kind, one in await house.said() if kind == "referral.overdue.v1"]
    assert fired == [1, 0]
    assert [one["step"] for one in overdue] == ["referral.answer"]
    assert await house.steps() == ["referral.answer"]
