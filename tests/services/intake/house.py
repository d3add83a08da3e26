"""Intake of the village with both of its doors, as a source that sends matters uses them."""

import json
import uuid

import httpx

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from schemas.base import Actor
from schemas.referrals import ReferralAnswered
from schemas.topics import topics_read_by
from services.intake.api import api
from services.intake.app import LISTENS_TO
from services.intake.desk import Desk
from services.intake.letters import SealedLetters
from services.intake.vault import Vault
from tests.builders import MATTER, VILLAGE, a_record, a_registry, an_inbound_record, later
from tests.documented import Documented

REPORT = {
    "area": VILLAGE, "category": "contract", "channel": "court", "occurred_at": "2026-09-14T09:20:00+08:00",
    "source_number": "2026-0522-1042",
}  # fmt: skip
ELIGIBLE = {
    "source": "court",
    "area": "620522",
    "month": "2026-09",
    "count": 4,
    "occurred_at": "2026-10-08T09:00:00+08:00",
}


class House:
    """Intake of the village with both of its doors, over one database."""

    def __init__(self, database, *keys):
        vault = Vault(*keys or [bytes(32)])
        desk = Desk(a_registry(), vault)
        reading = Reading(topics_read_by("intake", "village"), LISTENS_TO, desk.handle, SealedLetters(vault))
        self.database, self.vault = database, vault
        self.desk, self.reading = desk, reading
        self.inbox = Inbox(database, reading, lambda: None)
        transport = Documented(api(database, desk, Pulse(1)))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://intake")

    async def report(self, **changes):
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return await self.http.post("/v1/reports", json=REPORT | changes, headers=headers)

    async def declare(self, **changes):
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return await self.http.post("/v1/referrals/eligible", json=ELIGIBLE | changes, headers=headers)

    async def submit(self, name, body, kind=b"report.submitted.v1", source=b"/court"):
        """Sent twice, as Kafka may."""
        record = an_inbound_record(
            json.dumps(body).encode(), ce_id=name.encode(), ce_type=kind, ce_source=source
        )
        await self.inbox.apply([record])
        await self.inbox.apply([record])

    async def answer(self, incident, *answers, topic="village.routing", first=1):
        """What routing of a tier told the source, delivered twice."""
        records = [
            a_record(
                ReferralAnswered(
                    **MATTER | {"incident_id": incident}, occurred_at=later(hours=at), actor=Actor(),
                    body="referral-body/1:court", order=order, answer=answer,
                ),
                at, key=incident, topic=topic,
            )
            for at, (order, answer) in enumerate(enumerate(answers, start=first), start=1)
        ]  # fmt: skip
        await self.inbox.apply(records)
        await self.inbox.apply(records)

    async def ledger(self, **query):
        wanted = {"source": "court", "from": "2026-09", "to": "2026-09"} | query
        return await self.http.get("/v1/referrals/ledger", params=wanted)

    async def said(self, kind):
        async with self.database.connection() as connection:
            rows = await connection.fetch("select key, data from outbox where type = $1 order by id", kind)
        return [(row["key"], json.loads(row["data"])) for row in rows]

    async def letters(self):
        async with self.database.connection() as connection:
            return [
                row["reason"] for row in await connection.fetch("select reason from dead_letter order by id")
            ]


async def offered(house, count):
    return [(await house.report(source_number=f"n-{at}")).json()["incident_id"] for at in range(count)]
