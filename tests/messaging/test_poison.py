"""A record that the client library itself cannot read must stop nobody."""

import asyncio
import os
import subprocess
import sys
import uuid

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from messaging.health import Health
from messaging.inbox import Inbox, Reading
from messaging.subscriber import Subscriber
from schemas.intake import IncidentReported
from schemas.topics import TOPICS, Topic
from tests.messaging.tiny import Tiny, a_reader, effects, records, rows
from tests.messaging.wire import send, until

pytestmark = pytest.mark.system

SENDER = """
import asyncio, sys
from aiokafka import AIOKafkaProducer

class Evil(str):
    def encode(self, *_):
        return bytes([0xff])

async def main():
    producer = AIOKafkaProducer(bootstrap_servers=sys.argv[1])
    await producer.start()
    batch = producer.create_batch()
    for value, headers in ((b"1", []), (b"2", [(Evil("x"), b"")]), (b"3", [])):
        batch.append(key=None, value=value, timestamp=None, headers=headers)
    await (await producer.send_batch(batch, sys.argv[2], partition=0))
    await producer.stop()

asyncio.run(main())
"""
"""Only the library's own Python codec lets a header's name be bytes that are no text; other clients need no trick."""


@pytest.fixture
async def inbound(kafka):
    """An untrusted topic of one partition that no other test reads."""
    topic = Topic(f"test.{uuid.uuid4()}", "village", TOPICS["village.inbound"].flow)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic.name, 1, 1)])
    yield topic
    await admin.delete_topics([topic.name])
    await admin.close()


async def test_a_header_whose_name_is_no_text_delays_nobody(new_database, kafka, inbound):
    database, key = await new_database(), str(uuid.uuid4())
    await a_reader(database)
    reading = Reading((inbound, TOPICS["village.intake"]), (IncidentReported,), Tiny())
    subscriber = Subscriber(kafka, key, reading, Inbox(database, reading, lambda: None), Health("test"))
    await subscriber.start()
    await send(kafka, *records(key, 1))
    await until(lambda: _done(database, key, 1))

    try:
        await asyncio.to_thread(_send_what_cannot_be_read, kafka, inbound.name)
        await asyncio.sleep(1)
        await send(kafka, *records(key, 2))
        await until(lambda: _done(database, key, 2), 8)
        await until(lambda: _buried(database), 8)
    finally:
        await subscriber.stop()


def _send_what_cannot_be_read(kafka, topic):
    python_only = os.environ | {"AIOKAFKA_NO_EXTENSIONS": "1"}
    subprocess.run([sys.executable, "-c", SENDER, kafka, topic], check=True, env=python_only)


async def _buried(database):
    """Each of the three by itself, with its own bytes: the second for its header, its neighbours for their own sake."""
    found = await rows(database, "select reason, value from dead_letter order by value")
    return found == [("wrong-schema", b"1"), ("not-utf-8", b"2"), ("wrong-schema", b"3")]


async def _done(database, key, seq):
    return seq in (await effects(database)).get(key, [])
