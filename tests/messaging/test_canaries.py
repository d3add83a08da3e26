"""Facts about our libraries that our code is built around: when one of these fails, an upgrade has changed it.

Each says what the library does, not what we want; read the plan's list of traps before changing anything.
"""

import asyncio
import inspect
import time
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.message import KafkaAckableMessage

from messaging import consuming
from tests.messaging.tiny import records
from tests.messaging.wire import send, until

TOPIC = "town.intake"


def default(function, name):
    return inspect.signature(function).parameters[name].default


def test_defaults_that_are_wrong_for_us_are_still_the_defaults():
    assert default(KafkaBroker.subscriber, "auto_offset_reset") == "latest"
    assert default(KafkaBroker.subscriber, "no_reply") is False
    assert default(KafkaBroker.__init__, "allow_auto_create_topics") is True
    assert default(KafkaBroker.__init__, "enable_idempotence") is False
    assert default(AIOKafkaConsumer.__init__, "enable_auto_commit") is True
    assert default(AIOKafkaProducer.__init__, "enable_idempotence") is False
    assert default(AIOKafkaProducer.__init__, "max_batch_size") == 16_384


def test_a_subscriber_commits_before_it_works_unless_told_otherwise():
    unsaid = KafkaBroker().subscriber("t", group_id="g")

    assert unsaid.ack_policy is AckPolicy.ACK_FIRST


def test_the_producer_s_own_acknowledgement_is_the_leader_s_only():
    async def made():
        return AIOKafkaProducer(), AIOKafkaProducer(acks="all")

    ours, all_replicas = asyncio.run(made())

    assert ours._sender._acks == 1
    assert all_replicas._sender._acks == -1


def test_joining_a_group_may_take_longer_than_our_rebalance():
    """`request_timeout_ms` bounds JoinGroup: the consumer loops for ever when it is the shorter one."""
    assert consuming.REQUEST_MS >= consuming.REBALANCE_MS + 10_000
    assert default(AIOKafkaConsumer.__init__, "request_timeout_ms") == 40_000


@pytest.mark.system
async def test_manual_with_a_raw_parser_gives_the_handler_the_records_as_they_are(kafka):
    key, got = str(uuid.uuid4()), []

    async def raw(batch):
        return KafkaAckableMessage(body=b"", raw_message=batch, consumer=None)

    async def undecoded(message):
        return b""

    async def handler(message: KafkaMessage):
        got.extend(message.raw_message)

    await send(kafka, *(_to(TOPIC, one) for one in records(key, 1, 2)))
    broker = KafkaBroker(kafka)
    broker.subscriber(
        TOPIC, batch=True, group_id=key, auto_offset_reset="earliest", ack_policy=AckPolicy.MANUAL, no_reply=True,
        parser=raw, decoder=undecoded,
    )(handler)  # fmt: skip
    async with broker:
        await broker.start()
        await until(lambda: _has(got, key, 2))

    ours = [one for one in got if one.key == key.encode()]
    assert [type(one).__name__ for one in ours] == ["ConsumerRecord"] * 2
    assert dict(ours[0].headers)["ce_sequence"] == b"1"
    assert isinstance(ours[0].headers, tuple)


def _to(topic, record):
    return type(record)(topic, 0, 0, record.key, record.headers, record.value)


async def _has(got, key, count):
    return sum(one.key == key.encode() for one in got) >= count


@pytest.mark.system
async def test_manual_goes_on_after_an_exception_and_the_next_acknowledgement_commits_past_it(kafka):
    key, seen = str(uuid.uuid4()), []

    async def handler(message: KafkaMessage):
        seen.append(message.raw_message.key)
        if seen.count(key.encode()) == 1 and message.raw_message.key == key.encode():
            raise ZeroDivisionError
        await message.ack()

    broker = KafkaBroker(kafka)
    broker.subscriber(
        TOPIC, group_id=key, auto_offset_reset="earliest", ack_policy=AckPolicy.MANUAL, no_reply=True
    )(handler)
    await send(kafka, *(_to(TOPIC, one) for one in records(key, 1, 2)))
    async with broker:
        await broker.start()
        await until(lambda: _count(seen, key, 2))
        await asyncio.sleep(0.5)

    assert seen.count(key.encode()) == 2, "the one that failed did not come again"


async def _count(seen, key, count):
    return seen.count(key.encode()) >= count


@pytest.mark.system
async def test_commit_without_offsets_commits_every_position_however_far_it_was_read(kafka):
    group = str(uuid.uuid4())
    await send(kafka, *(_to(TOPIC, one) for one in records(group, 1, 2, 3)))
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=kafka, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    await until(lambda: _read_to_the_end(consumer))
    await consumer.commit()

    places = {
        one: (await consumer.position(one), await consumer.committed(one)) for one in consumer.assignment()
    }
    await consumer.stop()
    assert all(position == (committed or 0) for position, committed in places.values())
    assert "await self.consumer.commit()" in inspect.getsource(KafkaAckableMessage.ack)


async def _read_to_the_end(consumer):
    await consumer.getmany(timeout_ms=100)
    ends = await consumer.end_offsets(list(consumer.assignment()))
    return ends and all([await consumer.position(one) >= end for one, end in ends.items()])


@pytest.mark.system
async def test_a_header_may_have_no_value(kafka):
    [one] = records(str(uuid.uuid4()), 1)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    sent = await producer.send_and_wait(TOPIC, one.value, key=one.key, headers=[("a", None), ("b", b"")])
    await producer.stop()

    place = TopicPartition(TOPIC, sent.partition)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    consumer.assign([place])
    consumer.seek(place, sent.offset)
    record = await asyncio.wait_for(consumer.getone(), 20)
    await consumer.stop()

    assert record.headers == (("a", None), ("b", b""))


@pytest.mark.system
async def test_a_published_batch_lands_on_one_partition_whatever_its_keys(kafka):
    broker = KafkaBroker(kafka)
    async with broker:
        await broker.start()
        sent = await broker.publish_batch(*[str(at) for at in range(50)], topic=TOPIC)

    assert isinstance(sent.partition, int), "one place for the whole batch"
    assert "partition=cmd.partition" in inspect.getsource(
        inspect.getmodule(type(broker._producer)).AioKafkaFastProducerImpl.publish_batch
    )


@pytest.mark.system
async def test_a_batch_subscriber_wakes_up_late_after_an_empty_poll(kafka):
    """Why our polls are short: what arrives waits for the rest of the poll at most."""
    stop_after, began = 0.2, time.monotonic()
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    consumer.assign([TopicPartition("county.intake", 11)])
    await consumer.getmany(timeout_ms=int(stop_after * 1000))
    await consumer.stop()

    assert time.monotonic() - began >= stop_after
    assert consuming.POLL_MS <= 50
