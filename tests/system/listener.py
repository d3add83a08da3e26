"""Another system that reads our topics: what it was told, by type and incident, from the first event on."""

import asyncio
import json
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import PARTITIONS

PATIENCE_S = 120.0


class Listener:
    """Reads topics from their beginning, without a group: nobody else reads less because of it."""

    def __init__(self, bootstrap, *topics):
        self._bootstrap = bootstrap
        self._places = [TopicPartition(topic, at) for topic in topics for at in range(PARTITIONS)]
        self._heard = []

    async def __aenter__(self):
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        try:
            await self._consumer.start()
            self._consumer.assign(self._places)
            await self._consumer.seek_to_beginning(*self._places)
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_):
        await asyncio.wait_for(self._consumer.stop(), 10)

    async def hears(self, kind, key, **fields):
        """The first event of a type and key whose body has these fields. Fails when it never comes."""
        end = time.monotonic() + PATIENCE_S
        while True:
            for said in self._heard:
                if said[:2] == (kind, key) and said[2].items() >= fields.items():
                    return said[2]
            told = [body for *name, body in self._heard if name == [kind, key]]
            assert time.monotonic() < end, f"{kind} of {key} with {fields} was never said, only {told}"
            await self._read()

    async def _read(self):
        for records in (await self._consumer.getmany(timeout_ms=500)).values():
            for one in records:
                kind = dict(one.headers)["ce_type"].decode()
                self._heard.append((kind, one.key.decode(), json.loads(one.value)))
