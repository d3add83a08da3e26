"""Other systems at the bus: they publish to `<tier>.inbound`, and read on the public topics what became of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from messaging.broker import At, Broker
from messaging.producer import Outgoing, Producer
from schemas.base import Tier
from schemas.topics import PARTITIONS

WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Submission:
    """A CloudEvent of another system; (source, id) is its name for ever."""

    tier: Tier
    source: str
    id: str
    type: str
    key: str
    body: dict[str, Any]

    def record(self) -> Outgoing:
        """The event in binary mode."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_source": self.source,
            "ce_type": self.type,
            "content-type": "application/json",
        }
        value = json.dumps(self.body).encode()
        pairs = [(name, text.encode()) for name, text in headers.items()]
        return Outgoing(f"{self.tier}.inbound", self.key.encode(), value, pairs)


class Bus:
    """What other systems may do with Kafka. Close it with `aclose`."""

    def __init__(self, broker: At) -> None:
        self._broker = Broker.at(broker)
        self._producer = Producer(self._broker, "play")
        self._turn = asyncio.Lock()

    async def send(self, submission: Submission) -> None:
        """Returns once the broker has the event; sends it again after any doubt, since its name makes it count once."""
        sent = False
        while not sent:
            sent = await self._sent(submission)
            await asyncio.sleep(0 if sent else WAIT_S)

    async def _sent(self, submission: Submission) -> bool:
        async with self._turn:
            try:
                (error,) = await self._producer.send([submission.record()])
            except KafkaError as failure:
                error = failure
            if error is not None:
                await self._producer.drop()
        return error is None

    async def aclose(self) -> None:
        """Lets go of the broker."""
        await self._producer.drop()

    async def heard_of(self, actors: Iterable[str], tiers: Iterable[Tier], since: datetime) -> set[str]:
        """Which of these actors some event names: done or refused, their action has been decided."""
        wanted, found = set(actors), set[str]()
        if not wanted:
            return found
        consumer = AIOKafkaConsumer(**self._broker.client(), enable_auto_commit=False)
        await consumer.start()
        try:
            topics = [f"{tier}.{kind}" for tier in tiers for kind in ("routing", "followup")]
            async for value in _everything(consumer, topics, since):
                actor = json.loads(value).get("actor") or {}
                found |= wanted & {actor.get("ref")}
        finally:
            await consumer.stop()
        return found


async def _everything(
    consumer: AIOKafkaConsumer, topics: Iterable[str], since: datetime
) -> AsyncIterator[bytes]:
    """The records of some topics from a moment until now."""
    places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    begins = await consumer.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
    left = {place for place in places if begins[place] is not None and begins[place].offset < ends[place]}
    if left:
        consumer.assign(list(left))
    for place in left:
        consumer.seek(place, begins[place].offset)
    while left:
        batch = await consumer.getmany(timeout_ms=1000)
        for place, records in batch.items():
            for record in records:
                yield record.value
            if records and records[-1].offset + 1 >= ends[place]:
                left.discard(place)
