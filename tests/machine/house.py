"""Three tiers of routing and followup, their real inboxes, desks and databases; only the bus is a list in memory."""

from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from messaging import outbox
from messaging.database import Database
from messaging.envelope import Record
from messaging.errors import Unavailable
from messaging.inbox import Inbox, Reading
from messaging.layout import headers_of
from schemas.base import TIERS
from schemas.topics import TOPICS, topics_read_by
from services.followup import app as followup
from services.followup.desk import Desk as FollowupDesk
from services.routing import app as routing
from services.routing.centre import Centre
from services.routing.desk import Desk as RoutingDesk
from tests.builders import policies
from tests.machine import clock

SERVICES = ("routing", "followup")
BEGIN = datetime.fromisoformat("2026-09-14T09:20:00+08:00")


EMPTY = """
do $$
declare name text;
begin
    for name in select tablename from pg_tables where schemaname = 'public' and tablename <> 'migration' loop
        execute format('delete from %I', name);
    end loop;
    perform setval('unsent_id_seq', 1, false);
end $$
"""
"""Deleting few rows is much cheaper than truncating."""


class Mortal(Database):
    """A database whose next transaction may be lost before its commit, or its answer after it.

    One connection serves all: nothing here is concurrent, and a pool would ask the server twice as often.
    """

    doom = None
    dirty = True
    """Whether anything may have been written since the relay last looked."""
    _only = None

    @asynccontextmanager
    async def connection(self):
        if self._only is None:
            self._lent = super().connection()
            self._only = await self._lent.__aenter__()
        yield self._only

    async def close(self):
        if self._only is not None:
            await self._lent.__aexit__(None, None, None)
        await super().close()

    @asynccontextmanager
    async def transaction(self):
        doom, self.doom = self.doom, None
        self.dirty = True
        async with super().transaction() as tx:
            yield tx
            if doom == "before":
                raise Unavailable("killed before the commit")
        if doom == "after":
            raise Unavailable("killed after the commit")


@dataclass
class Member:
    """One service of one tier."""

    tier: str
    service: str
    database: Mortal
    desk: RoutingDesk | FollowupDesk
    inbox: Inbox
    read: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Offsets by topic, as they would be committed to the broker."""


class House:
    """What the state machine plays with. Everything is sequential, so chance comes from the machine alone."""

    def __init__(self, members):
        self.members = {(one.tier, one.service): one for one in members}
        self.bus = defaultdict(list)
        self.numbers = defaultdict(int)
        self.at = BEGIN

    async def close(self):
        """Closes every database."""
        for one in self.members.values():
            await one.database.close()

    async def begin(self):
        """Everything is empty, and the clock stands at the beginning."""
        self.bus.clear()
        self.numbers.clear()
        self.at = BEGIN
        for one in self.members.values():
            one.read.clear()
            one.database.dirty = True
            async with one.database.connection() as connection:
                await connection.execute(EMPTY)
                await clock.put(connection, self.at)

    async def later(self, by: timedelta):
        """The clock of all databases goes on."""
        self.at += by
        for one in self.members.values():
            async with one.database.connection() as connection:
                await clock.put(connection, self.at)

    def say(self, topic, event, occurred_at):
        """An event of a service that is not played, with its place in its stream."""
        self.numbers[topic, event.incident_id] += 1
        row = {
            "topic": topic, "key": event.incident_id, "seq": self.numbers[topic, event.incident_id],
            "type": event.type, "occurred_at": occurred_at, "recorded_at": self.at, "traceparent": None,
            "data": event.model_dump_json().encode(),
        }  # fmt: skip
        self._publish(row)

    def _publish(self, row):
        topic = TOPICS[row["topic"]]
        headers = tuple(headers_of(row, topic.source))
        log = self.bus[topic.name]
        log.append(Record(topic.name, 0, len(log), row["key"].encode(), headers, bytes(row["data"])))

    async def send(self, member, *, twice=False):
        """Its relay sends what is unsent; twice, when it dies before it could note that."""
        if not member.database.dirty:
            return 0
        member.database.dirty = False
        async with member.database.connection() as connection:
            rows = await outbox.unsent(connection, 1000)
            for row in rows * (1 + twice):
                self._publish(row)
            await outbox.mark_sent(connection, [row["id"] for row in rows])
        return len(rows)

    async def take(self, member, topic, count, *, back=0, doom=None):
        """It reads some records of a topic, perhaps some of them again, perhaps for the last time."""
        begin = max(0, member.read[topic] - back)
        records = self.bus[topic][begin : begin + back + count]
        if not records:
            return
        member.database.doom = doom
        try:
            await member.inbox.apply(records)
        except Unavailable:
            assert doom
            return
        member.read[topic] = max(member.read[topic], begin + len(records))

    async def fire(self, member, limit=100):
        """Its clock fires what is due."""
        async with member.database.connection() as connection:
            if not await connection.fetchval("select exists (select from deadline where try_at <= now())"):
                return 0
        async with member.database.transaction() as tx:
            return await member.desk.fire(tx, limit)

    async def settle(self):
        """Everything is sent, read and fired, until nothing moves any more."""
        moved = True
        while moved:
            moved = False
            for one in self.members.values():
                moved |= bool(await self.send(one))
                for topic in topics_read_by(one.service, one.tier):
                    behind = len(self.bus[topic.name]) - one.read[topic.name]
                    if behind:
                        await self.take(one, topic.name, behind)
                        moved = True
                moved |= bool(await self.fire(one))


async def build(new_dsn):
    """The house, with a database of its own for each member."""
    members = []
    for tier in TIERS:
        for service in SERVICES:
            dsn = await new_dsn(service)
            await clock.install(dsn)
            database = Mortal(dsn, name=f"{tier}-{service}", max_size=2)
            await database.connect()
            members.append(_member(tier, service, database))
    return House(members)


def _member(tier, service, database):
    listens = {"routing": routing.LISTENS_TO, "followup": followup.LISTENS_TO}[service]
    desk = RoutingDesk(Centre(tier, policies())) if service == "routing" else FollowupDesk(tier, policies())
    reading = Reading(topics_read_by(service, tier), listens, desk.handle)
    return Member(tier, service, database, desk, Inbox(database, reading, lambda: None))
