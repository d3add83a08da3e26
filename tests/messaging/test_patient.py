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


async def test_where_nothing_comes_the_broker_is_asked_to_answer_at_the_first_record(kafka):
    stopping = asyncio.Event()

    async with reading(kafka, stopping) as (patient, asked):
        waiting = asyncio.create_task(patient.getmany(max_records=10))
        await asks_for(asked, QUIET)
        sent = await publish(kafka, 1)
        polled = await asyncio.wait_for(waiting, PATIENCE_S)

    assert [one.value for one in polled[PLACE]] == sent


async def test_while_records_come_the_broker_gathers_and_then_waits_again(kafka):
    stopping = asyncio.Event()

    async with reading(kafka, stopping) as (patient, asked):
        waiting = asyncio.create_task(patient.getmany(max_records=10))
        await asks_for(asked, QUIET)
        await publish(kafka, 1)
        await asyncio.wait_for(waiting, PATIENCE_S)
        await asks_for(asked, FLOWING)
        waiting = asyncio.create_task(patient.getmany(max_records=10))
        await asks_for(asked, QUIET)
        sent = await publish(kafka, 1)
        polled = await asyncio.wait_for(waiting, PATIENCE_S)

    assert [one.value for one in polled[PLACE]] == sent


async def test_a_reader_that_stops_comes_back_with_nothing(kafka):
    stopping = asyncio.Event()

    async with reading(kafka, stopping) as (patient, asked):
        waiting = asyncio.create_task(patient.getmany(max_records=10))
        await asks_for(asked, QUIET)
        stopping.set()
        polled = await asyncio.wait_for(waiting, PATIENCE_S)

    assert polled == {}
