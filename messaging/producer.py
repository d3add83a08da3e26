"""A Kafka producer that is thrown away after an error: it has burnt sequence numbers, the database has the rows."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from messaging.broker import At, Broker

log = logging.getLogger(__name__)

MAX_BATCH_BYTES = 131_072
"""Above the default of 16 KiB: about twice the throughput for events of half a kilobyte."""
RETRY_MS = 500
REQUEST_MS = 10_000
SEND_S = 30.0
"""An idempotent client tries again for ever. We have the rows, so we give up sooner and start with a new client."""
STOP_S = 3.0


class Outgoing(NamedTuple):
    """A record to be sent."""

    topic: str
    key: bytes
    value: bytes | None
    """Null retires a key of a compacted topic."""
    headers: list[tuple[str, bytes]]


class Producer:
    """Idempotent, acknowledged by all replicas; batches records given together."""

    def __init__(self, broker: At, source: str) -> None:
        self._broker = Broker.at(broker)
        self._client_id = source.strip("/").replace("/", "-")
        self._producer: AIOKafkaProducer | None = None

    async def send(self, records: Sequence[Outgoing]) -> list[BaseException | None]:
        """Sends records in order; each one's error, or None when it is acknowledged.

        Raises `KafkaError` when the broker cannot be reached at all. An error means *unknown*: it may be there.
        """
        try:
            async with asyncio.timeout(SEND_S):
                return await self._sent(await self._ready(), records)
        except TimeoutError as error:
            raise KafkaTimeoutError(f"no answer within {SEND_S:.0f} s") from error

    async def _sent(
        self, producer: AIOKafkaProducer, records: Sequence[Outgoing]
    ) -> list[BaseException | None]:
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
        await asyncio.wait(
            [future for _, future in pending]
        )  # unlike `gather` it leaves them alone when cancelled
        errors: list[BaseException | None] = [None] * len(records)
        for members, future in pending:
            for at in members:
                errors[at] = future.exception()
        return errors

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._broker.client(),
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
                await _end(producer)
                raise
            self._producer = producer
        return self._producer

    async def drop(self) -> None:
        """Throws the client away; the next `send` starts a new one."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await _end(producer)


async def _end(producer: AIOKafkaProducer) -> None:
    """Stops a client without waiting for what it has not sent: the rows are sent again, by another.

    The library's own `stop` flushes first, for ever if need be, and then goes on trying in the background.
    """
    try:
        await asyncio.wait_for(producer._sender.close(), STOP_S)  # noqa: SLF001 - there is no public way
        producer._message_accumulator.fail_all(KafkaConnectionError("given up"))  # noqa: SLF001
        await asyncio.wait_for(producer.stop(), STOP_S)
    except (KafkaError, TimeoutError, OSError) as error:
        log.info("a broken producer did not stop cleanly: %s", type(error).__name__)
        await producer.client.close()


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
