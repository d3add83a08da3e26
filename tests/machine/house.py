"""Three tiers of routing and followup, their real inboxes, desks and databases; only the bus is a list in memory."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

from messaging import outbox
from messaging.envelope import Record
from messaging.errors import Unavailable
from messaging.layout import headers_of
from schemas.base import TIERS
from schemas.topics import TOPICS
from services.routing import contacts_store
from tests.builders import policies
from tests.machine import clock
from tests.machine.books import Books
from tests.machine.member import SERVICES, Member, Mortal
from tests.machine.policies import REGISTRY

BEGIN = datetime.fromisoformat("2026-09-14T09:20:00+08:00")


class House:
    """What the state machine plays with: chance comes from the machine alone, and the books are judged at each step."""

    def __init__(self, members):
        self.members = {(one.tier, one.service): one for one in members}
        self.bus = defaultdict(list)
        """By topic and incident: each incident has a partition to itself, so any two may be read in any order."""
        self.numbers = defaultdict(int)
        self.at = BEGIN
        self.books = Books()
        self.busy = 0
        """How often anything was said or changed."""
        self.refused = 0

    async def close(self):
        """Closes every database."""
        for one in self.members.values():
            await one.database.close()

    async def begin(self, policy):
        """Everything is empty, and the clock stands at the beginning."""
        self.bus.clear()
        self.numbers.clear()
        self.at, self.books = BEGIN, Books()
        await _together(one.begin(policies(policy), self.at) for one in self.members.values())

    def later(self, by: timedelta):
        """The clock of all databases goes on."""
        self.busy += 1
        self.at += by
        for one in self.members.values():
            one.database.at = self.at

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
        log = self.bus[topic.name, row["key"]]
        self.busy += 1
        log.append(Record(topic.name, 0, len(log), row["key"].encode(), headers, bytes(row["data"])))

    async def send(self, member, *, twice=False):
        """Its relay sends what is unsent; all of it `twice`, when it dies before it could note that."""
        async with member.database.connection() as connection:
            rows = await outbox.unsent(connection, 1000)
            if not twice:
                await outbox.mark_sent(connection, [row["id"] for row in rows])
                member.unsent = 0
        for row in rows:
            self._publish(row)

    def is_moving(self):
        """Whether anything is still to be sent, read or fired."""
        return any(one.unsent or one.is_due() or self.behind(one) for one in self.members.values())

    def behind(self, member):
        """The partitions in which there is something it has not read."""
        read = member.read
        return [one for one in self.bus if one[0] in member.topics and len(self.bus[one]) > read[one]]

    async def take(self, member, wanted, *, doom=None):
        """It reads some records, as (topic, incident, from, count), perhaps for the last time."""
        records = [
            one for topic, key, begin, count in wanted for one in self.bus[topic, key][begin : begin + count]
        ]
        member.database.doom = doom
        try:
            await member.inbox.apply(records)
        except Unavailable:
            assert doom
            await self._died(member, doom)
            return
        for topic, key, begin, count in wanted:
            end = min(begin + count, len(self.bus[topic, key]))
            self.busy += end > member.read[topic, key]
            member.read[topic, key] = max(member.read[topic, key], end)
        before = await self.look(member)
        self.books.asked(member, before, records)

    async def look(self, member):
        """The books after a transaction, and before it."""
        before = await member.look()
        self.busy += not member.shelf.same(before)
        self.books.judge(member)
        return before

    async def act(self, member, what, *, doom=None):
        """Somebody acts at a door: its events, or None when that was refused, which changed nothing, or has died."""
        member.database.doom = doom
        try:
            async with member.database.transaction() as tx:
                _, events = await what(tx)
        except Unavailable:
            assert doom
            await self._died(member, doom)
            return None
        except self.books.REFUSED:
            self.refused += 1
            before = await self.look(member)
            assert member.shelf.same(before), "what was refused changed something"
            return None
        await self.look(member)
        return events

    async def fire(self, member, limit=100, *, doom=None):
        """Its clock fires what is due."""
        member.database.doom = doom
        try:
            async with member.database.transaction() as tx:
                await member.desk.fire(tx, limit)
        except Unavailable:
            assert doom
            await self._died(member, doom)
        else:
            await self.look(member)

    async def _died(self, member, doom):
        """A process ends: what was committed stands, what was not does not, and another one begins."""
        before = await self.look(member)
        assert doom == "after" or member.shelf.same(before), "what was not committed changed something"
        member.start(member.policies)

    async def settle(self):
        """Everything is sent, read and fired, until nothing moves any more."""
        members = list(self.members.values())
        moved = True
        while moved:
            senders = [one for one in members if one.unsent]
            for one in senders:
                await self.send(one)
            readers = [(one, behind) for one in members if (behind := self.behind(one))]
            await _together(self._catch_up(one, behind) for one, behind in readers)
            due = [one for one in members if one.is_due()]
            await _together(map(self.fire, due))
            moved = bool(senders or readers or due)
        self.books.judge_all(self.members)

    async def _catch_up(self, member, behind):
        await self.take(member, [(*one, member.read[one], len(self.bus[one])) for one in behind])


async def _together(members):
    """What each does in its own database, at once; all have ended when one has failed."""
    for failure in await asyncio.gather(*members, return_exceptions=True):
        if failure is not None:
            raise failure


async def build(new_dsn):
    """The house, with a database of its own for each member."""
    members = []
    for tier in TIERS:
        for service in SERVICES:
            dsn = await new_dsn(service)
            await clock.install(dsn)
            database = Mortal(dsn, name=f"{tier}-{service}", max_size=2)
            await database.connect()
            database.at = BEGIN
            members.append(Member(tier, service, database))
            if service == "routing":
                async with database.transaction() as tx:
                    await contacts_store.write(tx, REGISTRY, BEGIN)
    return House(members)
