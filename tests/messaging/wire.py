"""What tests need of a real broker and of a running loop."""

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.messaging.tiny import rows


@asynccontextmanager
async def running(*loops):
    """Runs loops that take a stop event; stops them at the end of the block."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop(stop)) for loop in loops]
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def until(ask, seconds=30.0):
    """Waits until an async question is answered with something true, and returns the answer."""
    async with asyncio.timeout(seconds):
        while not (answer := await ask()):  # noqa: ASYNC110 - what is waited for is in another process
            await asyncio.sleep(0.02)
    return answer


async def read(kafka, topic, keys, count, seconds=30.0):
    """The first `count` different (key, ce_id) of some keys on a topic, as records in the order on the wire."""
    wanted = {key.encode() for key in keys}
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    found, names = [], set()
    try:
        async with asyncio.timeout(seconds):
            while len(names) < count:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += (ours := [one for one in batch if one.key in wanted])
                    names |= {(one.key, dict(one.headers)["ce_id"]) for one in ours}
    finally:
        await consumer.stop()
    return found


def sequences(records):
    """Key → numbers in the order in which they first came; what was sent again is left out."""
    seen = defaultdict(list)
    for one in records:
        seq = int(dict(one.headers)["ce_sequence"])
        if seq not in seen[one.key.decode()]:
            seen[one.key.decode()].append(seq)
    return dict(seen)


async def send(kafka, *records):
    """Sends records as they are, each with its own key, value and headers."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    try:
        for one in records:
            await producer.send_and_wait(one.topic, one.value, key=one.key, headers=list(one.headers))
    finally:
        await producer.stop()


async def unsent(database):
    """How many rows of the outbox have not been sent."""
    return (await rows(database, "select count(*) from unsent"))[0][0]


async def kill_holder(database, lock):
    """Kills the connection that holds an advisory lock of this database; returns whether there was one."""
    killed = await rows(
        database,
        """
        select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and objid = $1 and granted
            and database = (select oid from pg_database where datname = current_database())
        """,
        lock,
    )
    return bool(killed)
