"""A Kafka producer that is thrown away after an error: it has burnt sequence numbers, the database has the rows."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

log = logging.getLogger(__name__)

MAX_BATCH_BYTES = 131_072
"""Above the default of 16 KiB: about twice the throughput for events of half a kilobyte."""
RETRY_MS = 500
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
        places: dict[tuple[str, int], list[int]] = defaultdict(list)
        for at, one in enumerate(records):
            places[one.topic, _place(one.key, counts[one.topic])].append(at)
        pending: list[tuple[list[int], asyncio.Future[object]]] = []
        for (topic, partition), rows in places.items():
            for batch, members in _batches(producer, records, rows):
                pending.append((members, await producer.send_batch(batch, topic, partition=partition)))
        answers = await asyncio.gather(*(future for _, future in pending), return_exceptions=True)
        errors: list[BaseException | None] = [None] * len(records)
        for (members, _), answer in zip(pending, answers, strict=True):
            for at in members:
                errors[at] = answer if isinstance(answer, BaseException) else None
        return errors

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                max_batch_size=MAX_BATCH_BYTES,
                request_timeout_ms=REQUEST_MS,
                retry_backoff_ms=RETRY_MS,
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


def _batches(
    producer: AIOKafkaProducer, records: Sequence[Outgoing], rows: Sequence[int]
) -> Iterator[tuple[BatchBuilder, list[int]]]:
    """The records of one partition in as few batches as they fit, in order; each with the places of its records.

    Built by hand because sending one by one spends most of its time on asking for the same partition again.
    """
    batch, members = producer.create_batch(), list[int]()
    for at in rows:
        one = records[at]
        added = batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers)
        if added is None and members:
            yield batch, members
            batch, members = producer.create_batch(), []
            added = batch.append(timestamp=None, key=one.key, value=one.value, headers=one.headers)
        members.append(at)
    yield batch, members


_murmur = DefaultPartitioner()


@lru_cache(maxsize=50_000)
def _place(key: bytes, count: int) -> int:
    """The partition of a key, as every Kafka client computes it; cached because the hash is pure Python."""
    place: int = _murmur(key, list(range(count)), [])
    return place
