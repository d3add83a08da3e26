"""A database that is behind what was said or applied is not started on; one that knows everything is."""

import uuid
from contextlib import asynccontextmanager

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from messaging import outbox
from messaging.envelope import Stream
from messaging.fence import DatabaseBehind, Fence, behind, numbered
from messaging.health import Health
from messaging.permitted import Forbidden
from messaging.relay import Relay
from messaging.tails import Tails
from schemas.topics import TOPICS
from tests.builders import NOW, a_draft, a_record
from tests.messaging.wire import running, unsent, until
from tests.silence import silenced

TOPIC, SOURCE = "county.handoff", "/fengqiao/county/routing"


def test_what_is_there_with_a_higher_number_than_here_is_lost():
    known, unknown, older = Stream("t", "known"), Stream("t", "unknown"), Stream("t", "older")

    assert behind({known: 3, unknown: 1, older: 2}, {known: 3, older: 1}) == [(unknown, 1), (older, 2)]


@pytest.mark.parametrize("key", ["incident", "県"])
def test_a_record_of_ours_says_its_place(key):
    assert numbered(signed(key)) == (Stream(TOPIC, key), 1)


@pytest.mark.parametrize("key", ["a\0b", "k" * 201], ids=["a null in it", "too long"])
def test_what_is_under_no_key_of_ours_holds_nobody_back_whoever_signed_it(key):
    assert numbered(signed(key)) is None


def signed(key):
    return a_record(a_draft(topic=TOPIC).event, key=key, topic=TOPIC)


class Wiped(Tails):
    """Two partitions of which a group had read forty records; one has been wiped since, and something new is in it."""

    whole, wiped = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)

    def __init__(self):
        """Asks nobody."""

    async def committed(self, places):
        return dict.fromkeys(places, 40)

    async def spans(self, places):
        return {self.whole: (10, 40), self.wiped: (0, 3)}


async def test_of_a_topic_that_was_wiped_nothing_was_read_for_it_is_begun_again():
    assert await Wiped().passed([Wiped.whole, Wiped.wiped]) == {Wiped.whole: (10, 40)}


async def told_of(database, kafka, table, topics):
    """The database knows everything that is on some topics, whoever put it there."""
    async with Tails(kafka) as tails:
        spans = await tails.spans(await tails.places(*topics))
        async for records in tails.read(spans):
            async with database.connection() as connection:
                for stream, seq in filter(None, map(numbered, records)):
                    await connection.execute(
                        f"insert into {table} as t (topic, key, last_seq) values ($1, $2, $3)"
                        " on conflict (topic, key) do update set last_seq = greatest(t.last_seq, excluded.last_seq)",
                        *stream,
                        seq,
                    )


async def said(database, kafka, key, count):
    """A writer says something."""
    async with database.transaction() as tx:
        await outbox.put(tx, [a_draft(key, topic=TOPIC) for _ in range(count)], NOW)

    async def sent():
        return await unsent(database) == 0

    async with running(Relay(database, kafka, SOURCE, Health("test")).run):
        await until(sent)


async def look(database, fence):
    async with database.connection() as connection:
        await fence.check(connection)


async def set_back(database, table, key, last_seq):
    async with database.connection() as connection:
        await connection.execute(f"update {table} set last_seq = $2 where key = $1", key, last_seq)


@pytest.mark.system
async def test_a_writer_that_has_said_more_than_it_knows_does_not_start(new_database, kafka):
    database, key = await new_database(), str(uuid.uuid4())
    await said(database, kafka, key, 3)
    written = [one.name for one in TOPICS.values() if one.source == SOURCE and one.sequenced]
    await told_of(database, kafka, "sequence", written)
    fence = Fence(kafka, SOURCE)
    await look(database, fence)

    await set_back(database, "sequence", key, 2)

    with pytest.raises(DatabaseBehind, match=f"{TOPIC} {key}/3"):
        await look(database, fence)


async def a_reader(new_database, kafka, key, count):
    """Its database and its fence: a writer said so much, its group has passed it all, its database knows it."""
    writer, database, group = await new_database(), await new_database(), f"fence-{key}"
    await said(writer, kafka, key, count)
    async with Tails(kafka, group) as tails:
        spans = await tails.spans(await tails.places(TOPIC))
        await tails.commit({one: end for one, (_, end) in spans.items()})
    fence = Fence(kafka, "/fengqiao/nobody")
    fence.reads(group, [TOPICS[TOPIC], TOPICS["village.inbound"]])
    await told_of(database, kafka, "guard", [TOPIC])
    return database, fence


@pytest.mark.system
async def test_a_reader_whose_group_has_passed_more_than_it_knows_does_not_start(new_database, kafka):
    key = str(uuid.uuid4())
    database, fence = await a_reader(new_database, kafka, key, 3)
    await look(database, fence)

    await set_back(database, "guard", key, 2)

    with pytest.raises(DatabaseBehind, match=f"{TOPIC} {key}/3"):
        await look(database, fence)


@pytest.mark.system
async def test_what_waits_for_its_turn_was_dealt_with(new_database, kafka):
    key = str(uuid.uuid4())
    database, fence = await a_reader(new_database, kafka, key, 2)
    await set_back(database, "guard", key, 0)
    async with database.connection() as connection:
        await connection.execute("update guard set waiting = true where key = $1", key)

    await look(database, fence)


class AnswersOne:
    """A database over whose connection the server hears that we are there."""

    async def fetchval(self, _):
        return 1

    @asynccontextmanager
    async def connection(self):
        yield self


async def test_while_the_broker_is_away_the_door_may_open_and_nothing_is_read(monkeypatch):
    monkeypatch.setattr("messaging.fence.PATIENCE_S", 0.5)
    fence, started = Fence("127.0.0.1:1", SOURCE), []
    fence.reads("group", [TOPICS[TOPIC]])

    async def start():
        started.append(True)

    await fence.check(AnswersOne())

    with pytest.raises((KafkaConnectionError, TimeoutError)):
        await fence.joining(start, AnswersOne())()
    assert not started


async def test_a_reader_whose_group_was_looked_at_before_joins_at_once():
    fence, started = Fence("127.0.0.1:1", SOURCE), []
    fence.reads("group", [TOPICS[TOPIC]])

    async def start():
        started.append(True)

    await fence.joining(start, AnswersOne())()

    assert started


async def test_a_reader_that_is_forbidden_what_it_needs_does_not_join():
    async def forbidden():
        raise Forbidden("Read group group")

    started = []
    fence = Fence("127.0.0.1:1", SOURCE, forbidden)

    async def start():
        started.append(True)

    with pytest.raises(Forbidden):
        await fence.joining(start, AnswersOne())()
    assert not started


@pytest.mark.system
async def test_a_new_database_starts_where_nothing_was_said(new_database, kafka):
    writer, database = await new_database(), await new_database()
    await said(writer, kafka, str(uuid.uuid4()), 2)
    with pytest.raises(DatabaseBehind):
        await look(database, Fence(kafka, SOURCE))

    await silenced(kafka)

    await look(database, Fence(kafka, SOURCE))
