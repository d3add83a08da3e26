"""A Kafka producer that is thrown away after an error: it has burnt sequence numbers, the database has the rows."""

import asyncio
import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

log = logging.getLogger(__name__)

MAX_BATCH_BYTES = 131_072
"""Above the default of 16 KiB: about twice the throughput for events of half a kilobyte."""
REQUEST_MS = 10_000


class Outgoing(NamedTuple):
    """A record to be sent."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class Producer:
    """Idempotent, acknowledged by all replicas; batches records given together."""

    def __init__(self, bootstrap: str, source: str) -> None:
        self._bootstrap = bootstrap
        self._client_id = source.strip("/").replace("/", "-")
        self._producer: AIOKafkaProducer | None = None

    async def send(self, records: Sequence[Outgoing]) -> list[BaseException | None]:
        """Sends records in order; each one's error, or None when it is acknowledged.

        Raises `KafkaError` when the broker cannot be reached at all. An error means *unknown*: it may be there.
        """
        producer = await self._ready()
        counts = {
            topic: len(await producer.partitions_for(topic)) for topic in {one.topic for one in records}
        }
        futures = [
            await producer.send(
                one.topic, one.value, one.key, _place(one.key, counts[one.topic]), None, one.headers
            )
            for one in records
        ]
        results = await asyncio.gather(*futures, return_exceptions=True)
        return [one if isinstance(one, BaseException) else None for one in results]

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                max_batch_size=MAX_BATCH_BYTES,
                request_timeout_ms=REQUEST_MS,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def drop(self) -> None:
        """Throws the client away; the next `send` starts a new one."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            try:
                await asyncio.wait_for(producer.stop(), 3)
            except (KafkaError, TimeoutError, OSError) as error:
                log.info("a broken producer did not stop cleanly: %s", type(error).__name__)


_murmur = DefaultPartitioner()


@lru_cache(maxsize=50_000)
def _place(key: bytes, count: int) -> int:
    """The partition of a key, as every Kafka client computes it; cached because the hash is pure Python."""
    place: int = _murmur(key, list(range(count)), [])
    return place
