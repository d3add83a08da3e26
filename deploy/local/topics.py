"""The topics of the table in ``schemas.topics``, created on the broker as the table says."""

import asyncio
import time
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from deploy import cluster
from deploy.local.plan import StackError
from deploy.topics import TopicPlan
from messaging.broker import At, Broker

_FORBIDDEN = (ClusterAuthorizationFailedError, TopicAuthorizationFailedError)


async def wait_until_up(broker: At, seconds: float) -> None:
    """Return once a broker that takes part in the cluster answers; ``StackError`` after so many seconds."""
    place = Broker.at(broker)
    deadline = time.monotonic() + seconds
    await _wait_for_port(place.bootstrap, deadline)
    while True:
        producer = AIOKafkaProducer(**place.client(), request_timeout_ms=5000)
        try:
            await producer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise StackError(f"Kafka does not answer at {place.bootstrap}: {error}") from error
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


async def create(
    broker: At, topics: Iterable[TopicPlan], seconds: float = 60, replicas: int = 1
) -> list[str]:
    """Create what is missing and set what differs; retried while a fresh cluster is not yet whole."""
    wanted = list(topics)
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await cluster.settle(broker, wanted, replicas)
        except (KafkaError, OSError, TimeoutError) as error:
            if time.monotonic() > deadline or isinstance(error, _FORBIDDEN):
                raise StackError(f"topics could not be created: {error!r}") from error
            await asyncio.sleep(0.5)


async def create_by_touch(bootstrap: str, topics: Iterable[TopicPlan], _seconds: float = 60) -> None:
    """Create topics by asking about them: all the mock cluster can do, with its own number of partitions."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for topic in topics:
            await producer.partitions_for(topic.name)
    finally:
        await producer.stop()
