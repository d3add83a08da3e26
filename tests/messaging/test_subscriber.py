"""Offsets follow the database: what is not stored comes again, what comes again changes nothing."""

import asyncio
import dataclasses
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from messaging.large import MAX_BODY
from tests.builders import an_inbound_record
from tests.messaging.reading import Gate, is_held, no_lag
from tests.messaging.tiny import Tiny, effects, letters, records, rows
from tests.messaging.wire import send, until

pytestmark = pytest.mark.system


async def test_events_take_effect_and_their_offsets_are_committed(start, kafka):
    key = str(uuid.uuid4())
    await send(kafka, *records(key, 1, 2, 1))

    async with await start() as reader:
        await until(lambda: reader.done(key))
        await until(lambda: no_lag(reader))
        await until(reader.committed)

        assert await reader.done(key) == [1, 2]
        assert reader.subscriber.progress > 0
        assert reader.health.conditions[reader.subscriber.condition] is None


class Apart(Tiny):
    """Cannot have two events of a key at once; notes how far its reader had got whenever it was given some."""

    def __init__(self, key):
        super().__init__()
        self._key, self.seen = key, []

    async def __call__(self, tx, messages, now):
        ours = [one for one in messages if one.stream and one.stream.key == self._key]
        if ours:
            self.seen.append(self.reader.subscriber.progress)
        if len(ours) > 1:
            raise ZeroDivisionError
        return await super().__call__(tx, messages, now)


async def test_a_batch_that_has_to_be_split_is_progress_before_its_end(start, kafka):
    key = str(uuid.uuid4())
    await send(kafka, *records(key, 1, 2))

    apart = Apart(key)
    apart.reader = await start(apart)
    async with apart.reader as reader:
        await until(lambda: reader.done(key))
        await until(lambda: no_lag(reader))

        assert await reader.done(key) == [1, 2]
        assert apart.seen[-1] > apart.seen[0]


async def test_nothing_is_committed_before_the_database_has(start, kafka):
    key, gate = str(uuid.uuid4()), Gate()
    await send(kafka, *records(key, 1))

    async with await start(gate) as reader:
        await until(lambda: _called(gate))
        before = await reader.committed()
        gate.open.set()
        await until(lambda: reader.done(key))
        await until(reader.committed)

    assert before == {}


async def _called(gate):
    return gate.calls


async def test_while_a_dependency_is_down_it_holds_and_says_so(start, kafka):
    key, gate = str(uuid.uuid4()), Gate()
    gate.open.set()
    gate.down = True
    await send(kafka, *records(key, 1))

    async with await start(gate) as reader:
        await until(lambda: is_held(reader))
        why, committed = reader.health.conditions[reader.subscriber.condition], await reader.committed()
        gate.down = False
        await until(lambda: reader.done(key))

    assert why == "the dependency is down"
    assert committed == {}
    assert [one for one in await letters(reader.database) if one[0] == key] == []


class Jammed:
    """A seal that is broken for a while: what came from outside can then not even be buried."""

    broken = True

    def close(self, value):
        if self.broken:
            raise ZeroDivisionError
        return value

    def names(self, record, plain):
        return [plain]


async def test_a_batch_that_cannot_even_be_buried_is_held_and_not_passed_over(start, kafka):
    key, jammed = str(uuid.uuid4()), Jammed()
    body = f'{{"of": "{key}"}}'.encode()
    await send(kafka, an_inbound_record(body))

    async with await start(seal=jammed) as reader:
        await until(lambda: is_held(reader))
        why = reader.health.conditions[reader.subscriber.condition]
        await send(kafka, *records(key, 1))
        jammed.broken = False
        await until(lambda: reader.done(key))
        await until(lambda: no_lag(reader))

    assert why == "a bug, ZeroDivisionError: see the log of the service"
    assert await rows(reader.database, "select reason from dead_letter where value = $1", body) == [
        ("wrong-schema",)
    ]


async def test_two_readers_of_one_process_do_not_speak_for_each_other(start, kafka):
    key, gate = str(uuid.uuid4()), Gate()
    gate.open.set()
    gate.down = True
    await send(kafka, *records(key, 1))

    async with await start(gate) as held, await start(another_group=True) as other:
        other.subscriber._health = held.health
        await until(lambda: is_held(held))
        await until(lambda: no_lag(other))

        assert held.health.conditions[other.subscriber.condition] is None
        assert not held.health.ready


async def test_a_restart_in_the_middle_loses_and_doubles_nothing(start, kafka):
    key, gate = str(uuid.uuid4()), Gate()
    gate.open.set()
    gate.down = True
    await send(kafka, *records(key, 1, 2))
    async with await start(gate) as stopped:
        await until(lambda: is_held(stopped))

    async with await start() as reader:
        await until(lambda: reader.done(key))
        await send(kafka, *records(key, 2, 3))
        await until(lambda: _has(reader, key, 3))

    assert await effects(reader.database) | {key: [1, 2, 3]} == await effects(reader.database)


async def _has(reader, key, seq):
    return seq in await reader.done(key)


async def test_the_whole_topic_again_changes_nothing(start, kafka):
    key = str(uuid.uuid4())
    await send(kafka, *records(key, 1, 2, 3))
    async with await start() as reader:
        await until(lambda: _has(reader, key, 3))
        await until(lambda: no_lag(reader))
        once = await effects(reader.database)

    async with await start(another_group=True) as again:
        await until(lambda: no_lag(again))

    assert await effects(reader.database) == once


async def test_a_header_without_a_value_harms_nobody(start, kafka):
    key = str(uuid.uuid4())
    good = an_inbound_record(b"{}")
    bare = [
        dataclasses.replace(good, headers=(("content-type", None),)),
        dataclasses.replace(good, headers=(*good.headers, ("ce_time", None))),
    ]
    await send(kafka, *bare, *records(key, 1))

    async with await start() as reader:
        await until(lambda: reader.done(key))
        await until(lambda: no_lag(reader))

    reasons = await rows(
        reader.database, "select distinct kind, reason from dead_letter where topic = 'village.inbound'"
    )
    assert reasons == [("rejected", "wrong-schema")]


async def test_only_what_was_applied_is_committed(start, kafka):
    key = str(uuid.uuid4())
    await send(kafka, *records(key, 1))
    async with await start() as reader:
        await until(lambda: no_lag(reader))
        committed = await until(reader.committed)

    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    ends = await consumer.end_offsets([TopicPartition(one.topic, one.partition) for one in committed])
    await consumer.stop()
    assert all(committed[place] <= ends[place] for place in committed)


async def test_what_the_client_found_and_dropped_with_an_error_is_read_again(start, kafka):
    key, dropped, asked = str(uuid.uuid4()), [], asyncio.Event()
    async with await start() as reader:
        await until(lambda: no_lag(reader))
        fetcher = reader.subscriber._consumer()._fetcher
        found = fetcher.fetched_records

        async def breaking(*places, **options):
            asked.set()
            polled = await found(*places, **options)
            if polled and not dropped:
                dropped.extend(one for batch in polled.values() for one in batch)
                raise KafkaError
            return polled

        fetcher.fetched_records = breaking
        await asyncio.wait_for(asked.wait(), 30)  # the poll under way ends first
        await send(kafka, *records(key, 1, 2))
        await until(lambda: _all_of(reader, key, 2))

    assert dropped


async def _all_of(reader, key, count):
    return len(await reader.done(key)) == count


async def test_of_a_record_that_is_too_large_no_more_is_kept_than_shows_it(start, kafka):
    await send(kafka, an_inbound_record(b" " * 900_000, ce_id=uuid.uuid4().hex.encode()))

    async with await start() as reader:
        found = "select distinct length(value) from dead_letter where reason = 'too-large'"
        kept = await until(lambda: rows(reader.database, found))

    assert kept == [(MAX_BODY + 1,)]
