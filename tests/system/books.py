"""Everything the stack has stored, read out of its databases by somebody who believes none of its services."""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from schemas.base import TIERS
from schemas.topics import EVENTS, TOPICS

SERVICES = ("intake", "routing", "followup", "metrics")


@dataclass(frozen=True, slots=True)
class Said:
    """An event in an outbox, with its body read."""

    topic: str
    key: str
    seq: int
    type: str
    recorded_at: datetime
    sent: bool
    event: object


@dataclass(slots=True)
class Books:
    """Rows by (tier, service); `streams` has the events of each (topic, key) in the order of the outbox."""

    tiers: tuple
    rows: dict = field(default_factory=dict)
    streams: dict = field(default_factory=lambda: defaultdict(list))

    def of(self, tier, service, table):
        """The rows of one table."""
        return self.rows[tier, service][table]

    def each(self, table):
        """(tier, service, row) over all databases that have the table."""
        for (tier, service), tables in self.rows.items():
            for row in tables.get(table, ()):
                yield tier, service, row

    def events(self, topic):
        """All events of a topic, incident by incident."""
        for (name, _), said in self.streams.items():
            if name == topic:
                yield from said

    def incidents(self, tier):
        """Routing's states at a tier, by incident."""
        return {row["incident_id"]: json.loads(row["state"]) for row in self.of(tier, "routing", "incident")}

    def revisits(self, tier):
        """Followup's states at a tier, by incident."""
        return {row["incident_id"]: json.loads(row["state"]) for row in self.of(tier, "followup", "revisit")}


DELIVERY = {
    "guard": "select topic, key, last_seq, waiting from guard",
    "held": "select topic, key, seq from held",
    "dead_letter": "select id, topic, key, seq, reason, status from dead_letter",
    "sequence": "select topic, key, last_seq from sequence",
    "outbox": """
        select topic, key, seq, type, recorded_at, unsent.id is null as sent, data
        from outbox left join unsent using (id) order by id
        """,
    "clock": "select now() as now",
}
OWN = {
    "intake": {
        "report": "select incident_id, source, recorded_at from report",
        "timeline": "select incident_id, topic, seq, type from timeline",
    },
    "routing": {
        "incident": "select incident_id, status, owner, state, told from incident",
        "history": "select incident_id, number, event, tier from history order by incident_id, number",
        "deadline": "select incident_id, step, due_at from deadline",
    },
    "followup": {
        "revisit": "select incident_id, status, state from revisit",
        "deadline": "select incident_id, step, due_at from deadline",
    },
    "metrics": {
        "cell": """
            select tier, area, day, category, channel, one.key as measure, one.value::bigint as value,
                exists (select from unpublished u where u.cell = c.id) as unpublished
            from cell c, json_each_text(counts) as one
            """,
        "total": """
            select tier, area, one.key as measure, one.value::bigint as value
            from total, json_each_text(counts) as one
            """,
        "restatement": """
            select tier, event, area, day, category, channel, one.key as measure, one.value::bigint as value,
                exists (select from unpublished_restatement u where u.id = r.id) as unpublished
            from restatement r, json_each_text(changes) as one
            """,
    },
}


async def opened(stack, tiers=TIERS):
    """Reads all the books, each database in one snapshot. Raises what asyncpg raises while it is down."""
    books = Books(tuple(tiers))
    owners = [(tier, service) for tier in tiers for service in SERVICES]
    for (tier, service), tables in zip(
        owners, await asyncio.gather(*(_read(stack, *one) for one in owners)), strict=True
    ):
        books.rows[tier, service] = tables
        for row in tables["outbox"]:
            books.streams[row["topic"], row["key"]].append(_said(row))
    return books


async def _read(stack, tier, service):
    connection = await asyncpg.connect(stack.postgres(f"{service}_{tier}"), timeout=10, command_timeout=60)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tables = {}
            for table, statement in (DELIVERY | OWN[service]).items():
                tables[table] = [dict(row) for row in await connection.fetch(statement)]
            return tables
    finally:
        await connection.close()


def _said(row):
    assert row["topic"] in TOPICS
    event = EVENTS[row["type"]].model_validate_json(row["data"])
    return Said(row["topic"], row["key"], row["seq"], row["type"], row["recorded_at"], row["sent"], event)
