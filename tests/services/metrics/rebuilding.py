"""A tier's history as tests of the rebuild need it: told to the broker, counted by the service's own desk."""

import asyncio
import json
import uuid
from zoneinfo import ZoneInfo

from messaging.database import Database
from messaging.inbox import Inbox, Reading
from schemas.routing import IncidentAccepted, IncidentClosed, IncidentOpened
from services.metrics.desk import Desk
from services.metrics.facts import LISTENS_TO
from services.metrics.hearing import Hearing
from services.metrics.rebuild.compared import canonical, line
from services.metrics.rebuild.recount import House, rebuild, topics_of
from tests.builders import MATTER, NOW, OFFICER, a_record, later, reported, resolved
from tests.messaging.tiny import rows
from tests.messaging.wire import send
from tests.services.metrics.counted import reopened

TIER = "village"
LOG = """
    select recorded_at, event, area, day, category, channel, tier, source, type, kind, occurred_at, changes::text
    from restatement
"""
ZONE = ZoneInfo("Asia/Shanghai")
INTAKE, ROUTING = "village.intake", "village.routing"


def a_life(key=None, *, relapses=False, day=0):
    """The records of one incident, from its report to its closing or relapse; so many days away from its records."""
    key = key or str(uuid.uuid4())
    matter = {"incident_id": key, "category": f"category/1:{'land' if relapses else 'debt'}"}
    event = MATTER | matter | {"occurred_at": later(days=day), "actor": OFFICER}
    settled = resolved(**matter, occurred_at=later(days=day, hours=1), same_hand=True)
    routing = [
        IncidentOpened(**event, attempt=1, policy="default/2"),
        IncidentAccepted(**event, opened_at=NOW),
        settled,
        reopened(**matter, resolved_at=settled.occurred_at)
        if relapses
        else IncidentClosed(**event, attempt=1, resolved_at=settled.occurred_at),
    ]
    return [
        a_record(reported(**matter), key=key, topic=INTAKE),
        *(a_record(one, seq, key=key, topic=ROUTING) for seq, one in enumerate(routing, 1)),
    ]


def an_inbox(database):
    """The service's side: its desk behind its guard."""
    reading = Reading(topics_of(TIER), LISTENS_TO, Desk(TIER, ZONE, Hearing(database)).count)
    return Inbox(database, reading, lambda: None)


def told(*_):
    """Nobody watches."""


class Village:
    """One tier's database beside the broker."""

    def __init__(self, database, dsn, kafka):
        self.database = database
        self.house = House(TIER, dsn, kafka, ZONE)
        self.inbox = an_inbox(database)

    @classmethod
    async def at(cls, dsn, kafka):
        """With an open database."""
        database = Database(dsn, name="test")
        await database.connect()
        return cls(database, dsn, kafka)

    async def beside(self, dsn):
        """Another one on the same broker."""
        return await Village.at(dsn, self.house.kafka)

    async def counts(self):
        """The counts of every cell, as stored."""
        return [from_text(one) for (one,) in await rows(self.database, "select counts from cell")]

    async def say(self, *records):
        """To the broker only: the service lags."""
        await send(self.house.kafka, *records)

    async def count(self, *records):
        """Told, and counted."""
        await self.say(*records)
        await self.inbox.apply(records)

    async def rebuild(self, tell=told, *, check=False):
        return await rebuild(self.house, tell, check=check)

    async def export(self):
        """Every cell in canonical form, without versions; the totals, the restatement log, the evidence."""
        return await export(self.database)

    async def execute(self, statement, *given):
        async with self.database.connection() as connection:
            return await connection.execute(statement, *given)

    async def reporting(self, stop):
        """Reports go on coming in."""
        while not stop.is_set():
            await self.count(*a_life())
            await asyncio.sleep(0)


async def export(database):
    cells = await rows(
        database,
        "select area, day, category, channel, counts from cell where tier = 'village'"
        ' order by area collate "C", day collate "C", category collate "C", channel collate "C"',
    )
    totals = await rows(database, "select area, counts from total where tier = 'village' order by area")
    lines = [line(tuple(one)[:4], canonical(from_text(one[4]))) for one in cells]
    lines += [line((area, "", "", ""), canonical(from_text(counts))) for area, counts in totals]
    log = await rows(database, f"{LOG} where changes::text <> '{{}}' order by 1, 2, 3, 4, 5, 6")
    kept = await rows(database, "select * from evidence order by 1, 2, 3, 4, 6")
    return b"".join([*lines, repr([tuple(one) for one in [*log, *kept]]).encode()])


def from_text(counts):
    """What the database has as text."""
    return json.loads(counts)
