"""The smallest reader there is: it writes down what it was given, and says one thing about each."""

import asyncio
from collections import defaultdict

from messaging.each import each
from messaging.envelope import Draft, Outcome
from messaging.errors import Rejected, Unavailable
from messaging.inbox import Inbox, Reading
from schemas.inbound import ReportSubmitted
from schemas.intake import IncidentReported
from schemas.topics import TOPICS
from tests.builders import a_record, reported

INTAKE = TOPICS["village.intake"]


class Tiny:
    """A handler with a table of effects; `refused` and `buggy` are the (key, seq) it will not have."""

    def __init__(self):
        self.refused = set()
        self.buggy = set()
        self.calls = 0

    async def __call__(self, tx, messages, now):
        self.calls += 1
        heard = [one for one in messages if one.event is not None]

        def step(message):
            place = (message.record.key.decode(), message.seq)
            if place in self.buggy:
                raise ZeroDivisionError(place)
            if place in self.refused:
                raise Rejected("forbidden-transition", "tiny says no")

        faults = each(messages, step)
        done = [messages[at] for at in faults.applied(len(messages)) if messages[at] in heard]
        await tx.execute(
            "insert into effect (key, seq) select * from unnest($1::text[], $2::bigint[])",
            [one.record.key.decode() for one in done],
            [one.seq for one in done],
        )
        drafts = [Draft("village.routing", one.record.key.decode(), one.event, now) for one in done]
        return Outcome(drafts, faults)


async def a_reader(database, handler=None, seal=None):
    """An inbox of the village's intake topic over a database with a table of effects: (inbox, handler, reading)."""
    async with database.connection() as connection:
        await connection.execute(
            "create table if not exists effect (id bigint generated always as identity, key text, seq bigint)"
        )
    handler = handler or Tiny()
    reading = Reading((INTAKE, TOPICS["village.inbound"]), (IncidentReported, ReportSubmitted), handler, seal)
    return Inbox(database, reading, lambda: None), handler, reading


def records(key, *seqs):
    """Records of one stream."""
    return [a_record(reported(), seq, key=key) for seq in seqs]


async def until_applied(inbox, batch):
    """What the subscriber does: the same batch again for as long as a dependency is down."""
    for _ in range(50):
        try:
            await inbox.apply(batch)
        except Unavailable:
            await asyncio.sleep(0.01)
        else:
            return
    raise AssertionError("the batch was never applied")


async def rows(database, query, *arguments):
    """The rows of a query as tuples."""
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]


async def effects(database):
    """Key → the numbers that took effect, in the order in which they did."""
    found = defaultdict(list)
    for key, seq in await rows(database, "select key, seq from effect order by id"):
        found[key].append(seq)
    return dict(found)


async def letters(database, status="open"):
    """(key, seq, kind, reason) of dead letters."""
    return await rows(
        database, "select key, seq, kind, reason from dead_letter where status = $1 order by id", status
    )


TABLES = {
    "effect": "select key, seq from effect order by id",
    "guard": "select * from guard order by 1, 2",
    "held": "select topic, key, seq, record, value from held order by 1, 2, 3",
    "letters": "select identity, key, seq, kind, reason, detail, record, value, status from dead_letter order by 1",
    "sequence": "select * from sequence order by 1, 2",
    "outbox": "select topic, key, seq, type, data from outbox order by id",
}


async def everything(database):
    """All that a reader leaves behind, but for clock times, row ids and how often a letter was seen."""
    return {name: await rows(database, query) for name, query in TABLES.items()}


async def emptied(database):
    """The same database with nothing in it."""
    async with database.connection() as connection:
        await connection.execute(
            "truncate effect, guard, held, dead_letter, dead_letter_audit, sequence, outbox, unsent restart identity"
        )
