"""The outbox reaches Kafka in order per incident and without loss, whatever becomes of the relay."""

import asyncio
import time
import uuid

import pytest

from messaging import outbox, relay
from messaging.cloudevents import decode
from messaging.envelope import Record
from messaging.health import Health
from messaging.relay import Relay
from schemas.intake import IncidentReported
from schemas.topics import TOPICS
from tests.builders import NOW, a_draft, reported
from tests.messaging.tiny import rows
from tests.messaging.wire import kill_holder, read, running, sequences, unsent, until

pytestmark = pytest.mark.system
TOPIC = "village.intake"


def a_relay(database, kafka):
    return Relay(database, kafka, "/fengqiao/village/intake", Health("test"))


async def put(database, *drafts):
    async with database.transaction() as tx:
        await outbox.put(tx, drafts, NOW)


def some_keys(count):
    return [str(uuid.uuid4()) for _ in range(count)]


async def all_sent(database):
    return await unsent(database) == 0


async def test_what_is_sent_can_be_read_as_what_was_put(new_database, kafka):
    database, [key] = await new_database(), some_keys(1)
    event = reported(incident_id=key)
    await put(database, a_draft(key, event=event))

    async with running(a_relay(database, kafka).run):
        [one] = await read(kafka, TOPIC, [key], 1)

    record = Record(one.topic, one.partition, one.offset, one.key, tuple(one.headers), one.value)
    message = decode(record, TOPICS[TOPIC], {IncidentReported.type: IncidentReported})
    assert (message.event, message.seq, message.stream.key, message.occurred_at) == (event, 1, key, NOW)


async def test_each_incident_keeps_its_order(new_database, kafka):
    database, keys = await new_database(), some_keys(20)
    async with running(a_relay(database, kafka).run):
        for _ in range(30):
            await put(database, *(a_draft(key) for key in keys for _ in range(2)))
        records = await read(kafka, TOPIC, keys, 1200)

    assert sequences(records) == {key: list(range(1, 61)) for key in keys}
    assert len(records) == 1200


async def test_two_relays_and_a_killed_leader_lose_and_reorder_nothing(new_database, kafka):
    database, keys = await new_database(), some_keys(10)
    relays = [a_relay(database, kafka) for _ in range(2)]

    async with running(*(one.run for one in relays)):
        for at in range(40):
            await put(database, *(a_draft(key) for key in keys for _ in range(5)))
            if at in {10, 20, 30}:
                await kill_holder(database, relay.LOCK)
        await until(lambda: all_sent(database))
        records = await read(kafka, TOPIC, keys, 2000)

    assert sequences(records) == {key: list(range(1, 201)) for key in keys}


async def test_another_relay_takes_over_within_five_seconds(new_database, kafka):
    database, [key] = await new_database(), some_keys(1)
    async with running(*(a_relay(database, kafka).run for _ in range(2))):
        await put(database, a_draft(key))
        await until(lambda: all_sent(database))

        assert await kill_holder(database, relay.LOCK)
        killed = time.monotonic()
        await put(database, a_draft(key))
        await until(lambda: all_sent(database), 5)

    assert time.monotonic() - killed < 5


async def test_only_one_relay_of_a_database_sends_at_a_time(new_database, kafka):
    database = await new_database()
    async with running(*(a_relay(database, kafka).run for _ in range(3))):
        await asyncio.sleep(1.5)
        held = await rows(
            database, "select count(*) from pg_locks where locktype = 'advisory' and objid = $1", relay.LOCK
        )

    assert held == [(1,)]


async def test_after_an_error_a_new_producer_sends_what_was_left(new_database, kafka, monkeypatch):
    monkeypatch.setattr(outbox, "LARGEST", 2 << 20)  # what the broker refuses is not refused before
    database, keys = await new_database(), some_keys(3)
    sender = a_relay(database, kafka)
    await put(database, a_draft(keys[0]))
    await put(database, a_draft(keys[1], event=reported(source="x" * 1_100_000)))
    await put(database, a_draft(keys[2]))

    async with running(sender.run):
        await until(lambda: _doubted(sender))
        async with database.connection() as connection:
            await connection.execute(
                "delete from unsent using outbox o where o.id = unsent.id and o.key = $1", keys[1]
            )
        await until(lambda: all_sent(database))
        await until(lambda: _at_ease(sender))
        records = await read(kafka, TOPIC, keys, 2)

    assert sequences(records) == {keys[0]: [1], keys[2]: [1]}


async def _doubted(sender):
    return sender._health.doubts.get("relay")


async def _at_ease(sender):
    return sender._health.doubts.get("relay", "") is None


async def test_a_relay_whose_trouble_is_over_because_another_leads_no_longer_doubts(new_database, kafka):
    database, [key] = await new_database(), some_keys(1)
    cut_off, healthy = a_relay(database, "127.0.0.1:1"), a_relay(database, kafka)
    await put(database, a_draft(key))

    async with running(cut_off.run):
        await until(lambda: _doubted(cut_off))
        async with running(healthy.run):
            await until(lambda: all_sent(database))
            await until(lambda: _at_ease(cut_off))


async def test_what_was_stored_before_the_stop_is_sent_before_the_end(new_database, kafka):
    database, [key] = await new_database(), some_keys(1)
    async with running(a_relay(database, kafka).run) as stop:
        await put(database, a_draft(key))
        await until(lambda: all_sent(database))
        await put(database, a_draft(key))
        stop.set()

    assert await unsent(database) == 0


async def test_a_replay_repeats_the_same_names(new_database, kafka):
    database, [key] = await new_database(), some_keys(1)
    async with running(a_relay(database, kafka).run):
        await put(database, a_draft(key), a_draft(key))
        await until(lambda: all_sent(database))
        async with database.connection() as connection:
            await outbox.replay(connection, TOPIC, key, None)
        await until(lambda: all_sent(database))
        records = await read(kafka, TOPIC, [key], 2)

    names = [dict(one.headers)["ce_id"].decode() for one in records]
    assert sorted(set(names)) == [f"{TOPIC}/{key}/1", f"{TOPIC}/{key}/2"]
