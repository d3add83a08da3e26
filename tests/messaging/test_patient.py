"""What is asked of the broker while nothing comes, and while records come; on a real one."""

import asyncio
import uuid
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.protocol.fetch import FetchRequest

from messaging.consuming import FETCH_MIN_BYTES, FETCH_WAIT_MS
from messaging.patient import QUIET_MIN_BYTES, QUIET_WAIT_MS, Patient
from tests.messaging.tiny import records

pytestmark = pytest.mark.system
PLACE = TopicPartition("town.intake", 7)
PATIENCE_S = 60
FLOWING = (FETCH_WAIT_MS, FETCH_MIN_BYTES)
QUIET = (QUIET_WAIT_MS, QUIET_MIN_BYTES)


@asynccontextmanager
async def reading(kafka, stopping):
    """A patient reader at the end of one partition, and the bounds of every fetch it sends."""
    asked = []
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="latest")
    await consumer.start()
    send = consumer._client.send

    async def noted(node, request, **more):
        if isinstance(request, FetchRequest):
            asked.append((request._max_wait_ms, request._min_bytes))
        return await send(node, request, **more)

    consumer._client.send = noted
    consumer.assign([PLACE])
    await consumer.seek_to_end(PLACE)
    try:
        yield Patient(consumer, consumer.getmany, stopping.is_set), asked
    finally:
        await consumer.stop()


async def publish(kafka, count):
    made = records(str(uuid.uuid4()), count)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for one in made:
        await producer.send_and_wait(PLACE.topic, one.value, key=one.key, partition=PLACE.partition)
    await producer.stop()
    return [one.value for one in made]


async def asks_for(asked, wanted):
    async with asyncio.timeout(PATIENCE_S):
        while not asked or asked[-1] != wanted:  # noqa: ASYNC110 - the library sends when it sends
            await asyncio.sleep(0.01)


async def first_after_silence(kafka, patient, asked):
    """Waits until the broker is asked for the first record, sends one, and takes what comes: (sent, come)."""
    waiting = asyncio.create_task(patient.getmany(max_records=10))
    await asks_for(asked, QUIET)
    sent = await publish(kafka, 1)
    polled = await asyncio.wait_for(waiting, PATIENCE_S)
    return sent, [one.value for one in polled[PLACE]]


async def test_while_records_come_the_broker_gathers_and_in_silence_it_waits_for_the_first(kafka):
    async with reading(kafka, asyncio.Event()) as (patient, asked):
        sent, come = await first_after_silence(kafka, patient, asked)
        await asks_for(asked, FLOWING)
        sent_later, come_later = await first_after_silence(kafka, patient, asked)

    assert come == sent
    assert come_later == sent_later


async def test_a_reader_that_stops_comes_back_with_nothing(kafka):
    stopping = asyncio.Event()

    async with reading(kafka, stopping) as (patient, asked):
        waiting = asyncio.create_task(patient.getmany(max_records=10))
        await asks_for(asked, QUIET)
        stopping.set()
        polled = await asyncio.wait_for(waiting, PATIENCE_S)

    assert polled == {}
