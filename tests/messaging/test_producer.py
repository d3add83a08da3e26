"""A client that does not answer is given up and cut off; a new one does the work."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from messaging import producer
from messaging.producer import Outgoing, Producer

pytestmark = pytest.mark.system
ONE = Outgoing("village.intake", b"test-producer", b"{}", [])


def tasks_of_the_client():
    return [one for one in asyncio.all_tasks() if "aiokafka" in one.get_coro().cr_code.co_filename]


async def test_a_client_that_never_answers_is_replaced_and_leaves_no_task_behind(kafka, monkeypatch):
    monkeypatch.setattr(producer, "SEND_S", 3.0)
    monkeypatch.setattr(producer, "STOP_S", 0.3)
    sender = Producer(kafka, "test")
    assert await sender.send([ONE]) == [None]

    async def unanswered(*_, **__):
        await asyncio.sleep(0.1)
        raise KafkaConnectionError

    monkeypatch.setattr(sender._producer.client, "send", unanswered)
    with pytest.raises(KafkaTimeoutError):
        await sender.send([ONE])
    await sender.drop()
    await asyncio.sleep(1.0)

    assert not tasks_of_the_client()
    assert await sender.send([ONE]) == [None]
    await sender.drop()
