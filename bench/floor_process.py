"""One process of the floor: `python -m bench.floor_process PLAN NAME`. Bare aiokafka and asyncpg, no logic at all.

Per batch: consume, insert as many rows of as many bytes in one durable transaction, produce, commit offsets.
`NAME` is a stage of the plan, or `driver`, which keeps a fixed number of lifecycles under way.
"""

import asyncio
import base64
import json
import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench import gauges
from bench.floor_plan import Output, Stage, output_of, stage_of
from bench.gauges import Where
from deploy.local.databases import address
from messaging import collector
from messaging.consuming import FETCH_BYTES, FETCH_MIN_BYTES, FETCH_WAIT_MS, PARTITION_BYTES
from messaging.inbox import BATCH
from schemas.topics import PARTITIONS

PREFIX = "floor."
CHUNK = 100
"""Lifecycles the driver sends between two looks at how far the stages are."""


class Owed:
    """Turns a share for each message into whole numbers, losing nothing."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._owed = 0.0

    def take(self, messages: int) -> int:
        """How many are due after these messages."""
        self._owed += messages * self._share
        whole = int(self._owed)
        self._owed -= whole
        return whole


class Records:
    """One kind of record to be produced."""

    def __init__(self, output: Output) -> None:
        self.topic = PREFIX + output.topic
        self.triggers = frozenset(PREFIX + one for one in output.triggers)
        self.headers = [(name, base64.b64decode(value)) for name, value in output.headers]
        self.value = os.urandom(output.size)
        self.owed = Owed(output.ratio)


async def stage(plan: Mapping[str, Any], one: Stage) -> None:
    """Runs a stage until it is killed."""
    connection = await asyncpg.connect(address(plan["postgres"], f"floor_{one.database}"))
    producer = await _producer(plan["kafka"])
    consumer = AIOKafkaConsumer(
        *[PREFIX + topic for topic in one.topics],
        bootstrap_servers=plan["kafka"],
        group_id=PREFIX + one.name,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=PARTITION_BYTES,
        fetch_max_bytes=FETCH_BYTES,
        fetch_min_bytes=FETCH_MIN_BYTES,
        fetch_max_wait_ms=FETCH_WAIT_MS,
    )
    await consumer.start()
    outputs = [Records(output) for output in one.outputs]
    rows = [(os.urandom(size), Owed(share)) for size, share in one.rows]
    while True:
        got = await consumer.getmany(timeout_ms=100, max_records=BATCH)
        messages = [record for batch in got.values() for record in batch]
        if not messages:
            continue
        data = [payload for payload, owed in rows for _ in range(owed.take(len(messages)))]
        async with connection.transaction():
            await connection.execute("insert into stored (data) select unnest($1::bytea[])", data)
        futures = [
            await producer.send(out.topic, out.value, key=key, partition=partition, headers=out.headers)
            for out in outputs
            for key, partition in _chosen(out, messages)
        ]
        await asyncio.gather(*futures)
        await consumer.commit()


def _chosen(out: Records, messages: list[Any]) -> Iterator[tuple[bytes, int]]:
    """Keys and partitions of the messages that set off records of this kind, as often as they do."""
    for record in messages:
        if record.topic in out.triggers:
            for _ in range(out.owed.take(1)):
                yield record.key, record.partition


async def driver(plan: Mapping[str, Any]) -> None:
    """Sends inbound records, never more lifecycles ahead of the slowest stage than the plan says."""
    producer = await _producer(plan["kafka"])
    records = [Records(output_of(one)) for one in plan["inbound"]]
    stages = [stage_of(one) for one in plan["stages"]]
    where = floor_where(plan["kafka"], plan["postgres"], stages)
    sent = 0
    while True:
        done = lifecycles(await gauges.consumed(where), stages)
        while sent < done + plan["in_flight"]:
            keys = [(str(uuid.uuid4()).encode(), (sent + at) % PARTITIONS) for at in range(CHUNK)]
            futures = [
                await producer.send(one.topic, one.value, key=key, partition=partition, headers=one.headers)
                for key, partition in keys
                for one in records
                for _ in range(one.owed.take(1))
            ]
            await asyncio.gather(*futures)
            sent += CHUNK
        await asyncio.sleep(0.1)


def floor_where(kafka: str, postgres: str, stages: list[Stage]) -> Where:
    """The consumer groups of the floor."""
    groups = {PREFIX + one.name: tuple(PREFIX + topic for topic in one.topics) for one in stages}
    return Where(kafka, postgres, groups)


def lifecycles(consumed: Mapping[str, int], stages: list[Stage]) -> float:
    """How many lifecycles the slowest stage is through with."""
    return min(consumed[PREFIX + one.name] / one.per_lifecycle for one in stages)


async def _producer(kafka: str) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=131_072
    )
    await producer.start()
    return producer


async def main(plan: Mapping[str, Any], name: str) -> None:
    """Runs what was asked for."""
    if name == "driver":
        await driver(plan)
    else:
        await stage(plan, next(one for one in map(stage_of, plan["stages"]) if one.name == name))


if __name__ == "__main__":
    collector.patient()
    uvloop.run(main(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2]))
