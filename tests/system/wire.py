"""Records as any client may write them: header values that are null, header names that are no text."""

import time

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import DefaultRecordBatchBuilder, _DefaultRecordBatchBuilderPy

from messaging.broker import Broker
from schemas.topics import PARTITIONS

LARGEST = 4 * 1024 * 1024
ZSTD = 4
POURED = 131_072
"""Bytes of bodies after which a batch is sent."""
UNREADABLE = b"\xff\xfe\xfd"
"""A header's name that is not UTF-8: the protocol does not allow it, and a broker does not look."""


class UnreadableName(str):
    """A header name that encodes to bytes no reader can turn into text."""

    __slots__ = ()

    def encode(self, encoding="utf-8", errors="strict"):
        del encoding, errors
        return UNREADABLE


class Wire:
    """A producer without any of our manners."""

    def __init__(self, bootstrap):
        self._bootstrap = bootstrap

    async def __aenter__(self):
        self._producer = AIOKafkaProducer(
            **Broker.at(self._bootstrap).client(),
            acks="all",
            max_request_size=LARGEST,
            request_timeout_ms=10_000,
        )
        try:
            await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(self, *_):
        await self._producer.stop()

    async def send(self, topic, key, value, headers):
        """Writes one record to the partition its key belongs to; headers are (name, bytes or None)."""
        if not any(isinstance(name, UnreadableName) or at is None for name, at in headers):
            return await self._producer.send_and_wait(topic, value, key=key, headers=headers)
        return await self._send_built(topic, key, value, headers)

    async def pour(self, topic, partition, records, codec=0):
        """Writes (key, value, headers) to a partition, in order, as many of them at once as a batch may hold."""
        await self._producer.client._wait_on_metadata(topic)
        rest = list(records)
        while rest:
            batch, size = self._batch(codec), 0
            while rest and size < POURED and batch.append(**_said(*rest[0])) is not None:
                size += len(rest.pop(0)[1] or b"")
            assert batch.record_count() > 0, "a record is larger than a batch may be"
            sent = await self._producer.send_batch(batch, topic, partition=partition)
            await sent

    async def _send_built(self, topic, key, value, headers):
        await self._producer.client._wait_on_metadata(topic)
        batch = self._batch()
        batch.append(**_said(key, value, headers))
        partition = self._producer._partition(topic, None, None, None, key, value)
        assert partition < PARTITIONS
        sent = await self._producer.send_batch(batch, topic, partition=partition)
        return await sent

    def _batch(self, codec=0):
        batch = self._producer.create_batch()
        assert type(batch._builder) is DefaultRecordBatchBuilder
        batch._builder = _DefaultRecordBatchBuilderPy(
            magic=2,
            compression_type=codec,
            is_transactional=0,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=-1,
            batch_size=LARGEST,
        )
        return batch


def _said(key, value, headers):
    return {"key": key, "value": value, "timestamp": int(time.time() * 1000), "headers": headers}
