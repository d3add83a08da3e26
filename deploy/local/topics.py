"""The topics of the table in ``schemas.topics``, created on the broker as the table says."""

import asyncio
import time
from collections.abc import Iterable
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from deploy.local.plan import StackError

_ALREADY_EXISTS = 36


class TopicPlan(Protocol):
    """What creation needs to know of a topic."""

    @property
    def name(self) -> str:
        """The full name, such as ``village.intake``."""
        ...

    @property
    def partitions(self) -> int:
        """How many; never fewer later."""
        ...

    @property
    def retention_ms(self) -> int:
        """How long records stay."""
        ...

    @property
    def cleanup(self) -> str:
        """``delete`` or ``compact``."""
        ...

    @property
    def max_bytes(self) -> int:
        """The largest record batch."""
        ...


async def wait_until_up(bootstrap: str, seconds: float) -> None:
    """Return once a broker that takes part in the cluster answers; ``StackError`` after so many seconds."""
    deadline = time.monotonic() + seconds
    await _wait_for_port(bootstrap, deadline)
    while True:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, request_timeout_ms=5000)
        try:
            await producer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise StackError(f"Kafka does not answer at {bootstrap}: {error}") from error
            await asyncio.sleep(0.2)
        else:
            return
        finally:
            await producer.stop()


async def _wait_for_port(bootstrap: str, deadline: float) -> None:
    # aiokafka logs every refused connection as an error; while a broker starts there are many.
    while time.monotonic() < deadline:
        for server in bootstrap.split(","):
            host, _, port = server.strip().rpartition(":")
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except (OSError, ValueError):
                continue
            writer.close()
            return
        await asyncio.sleep(0.1)


async def create(bootstrap: str, topics: Iterable[TopicPlan], seconds: float = 60) -> None:
    """Create what is missing and set what differs; retried while a fresh broker is not yet in the cluster."""
    wanted = list(topics)
    deadline = time.monotonic() + seconds
    while True:
        try:
            await _create(bootstrap, wanted)
        except (KafkaError, OSError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise StackError(f"topics could not be created: {error!r}") from error
            await asyncio.sleep(0.5)
        else:
            return


async def create_by_touch(bootstrap: str, topics: Iterable[TopicPlan], _seconds: float = 60) -> None:
    """Create topics by asking about them: all the mock cluster can do, with its own number of partitions."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for topic in topics:
            await producer.partitions_for(topic.name)
    finally:
        await producer.stop()


async def _create(bootstrap: str, wanted: list[TopicPlan]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        fresh = [NewTopic(t.name, t.partitions, 1, topic_configs=_configs(t)) for t in wanted]
        answer = await admin.create_topics(fresh)
        there = _already_there(answer.topic_errors)
        resources = [
            ConfigResource(ConfigResourceType.TOPIC, t.name, configs=_configs(t))
            for t in wanted
            if t.name in there
        ]
        if resources:
            await admin.alter_configs(resources)
    finally:
        await admin.close()


def _already_there(errors: Iterable[tuple[str, int, str]]) -> set[str]:
    there = set()
    for name, code, *message in errors:
        if code == _ALREADY_EXISTS:
            there.add(name)
        elif code:
            raise for_code(code)(f"{name}: {message}")
    return there


def _configs(topic: TopicPlan) -> dict[str, str]:
    return {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_bytes),
        "min.insync.replicas": "1",
    }
