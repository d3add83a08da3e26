"""Texts that a test keeps in the Kafka and the PostgreSQL of a local stack, and looks for again."""

from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.exclusive import run
from deploy.local.stack import Stack


@dataclass(frozen=True)
class ATopic:
    name: str = "kept"
    partitions: int = 2
    retention_ms: int = 3_600_000
    segment_ms: int | None = None
    cleanup: str = "delete"
    max_bytes: int = 2_000_000


def keep(stack: Stack, text: str) -> None:
    """A text is in both."""
    run(_write_row(stack, text))
    run(_write_record(stack, text))


def both_have(stack: Stack, text: str) -> bool:
    """Whether it still is."""
    return text in run(_rows(stack)) and text in run(_records(stack))


async def _write_row(stack: Stack, text: str) -> None:
    connection = await asyncpg.connect(stack.postgres("kept"), timeout=5)
    try:
        await connection.execute("create table if not exists kept (text text)")
        await connection.execute("insert into kept values ($1)", text)
    finally:
        await connection.close()


async def _rows(stack: Stack) -> set[str]:
    connection = await asyncpg.connect(stack.postgres("kept"), timeout=5)
    try:
        return {row["text"] for row in await connection.fetch("select text from kept")}
    finally:
        await connection.close()


async def _write_record(stack: Stack, text: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all")
    try:
        await producer.start()
        await producer.send_and_wait("kept", text.encode(), partition=0)
    finally:
        await producer.stop()


async def _records(stack: Stack) -> set[str]:
    partition = TopicPartition("kept", 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka, request_timeout_ms=5000)
    try:
        await consumer.start()
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        found: set[str] = set()
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found.update(record.value.decode() for record in records)
        return found
    finally:
        await consumer.stop()
