"""The topics of a tier from their first record to where they end now, one partition number after the other."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from messaging.broker import At, Broker
from messaging.envelope import Record

CLIENT = "fengqiao-rebuild"
AT_ONCE = 3000
"""Records handed over together: what they become lives as long as a batch."""
PATIENCE_S = 60.0
"""Without a record for so long, the broker is given up."""
Offsets = dict[TopicPartition, int]


class Incomplete(Exception):
    """The topics do not hold what the figures were counted from: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Share:
    """One partition number of all topics: the whole history of its incidents."""

    place: int
    begins: Offsets
    ends: Offsets

    @property
    def records(self) -> int:
        """How many there are, at most."""
        return sum(end - self.begins[one] for one, end in self.ends.items())


class History:
    """A consumer of no group, which commits nothing and disturbs nobody."""

    def __init__(self, broker: At, topics: Sequence[str]) -> None:
        self._broker = Broker.at(broker)
        self._topics = topics
        self.partitions = 0
        """How many each topic has."""
        self._consumer = AIOKafkaConsumer(
            **self._broker.client(),
            client_id=CLIENT,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=1_048_576,
        )

    async def __aenter__(self) -> Self:
        """Connects. Raises `KafkaError`, and `Incomplete` where an incident does not lie on one partition number."""
        self.partitions = _equal(await self._described())
        try:
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Goes away; nobody notices."""
        await self._consumer.stop()

    async def _described(self) -> dict[str, int]:
        admin = AIOKafkaAdminClient(**self._broker.client(), client_id=CLIENT)
        try:
            await admin.start()
            found = await admin.describe_topics(list(self._topics))
        finally:
            await admin.close()
        return {one["topic"]: len(one["partitions"]) for one in found}

    async def shares(self) -> list[Share]:
        """All there is to be read now."""
        found = []
        for place in range(self.partitions):
            of_place = [TopicPartition(topic, place) for topic in self._topics]
            begins = await self._consumer.beginning_offsets(of_place)
            ends = await self._consumer.end_offsets(of_place)
            found.append(Share(place, begins, ends))
        return found

    async def read(self, share: Share) -> AsyncIterator[list[Record]]:
        """All records of a share; those of one topic in order. Raises `KafkaError`, `Incomplete`."""
        waited = [one for one, end in share.ends.items() if end > share.begins[one]]
        if not waited:
            return
        self._consumer.assign(waited)
        for one in waited:
            self._consumer.seek(one, share.begins[one])
        while left := [one for one in waited if await self._consumer.position(one) < share.ends[one]]:
            polled = await self._consumer.getmany(
                *left, timeout_ms=int(1000 * PATIENCE_S), max_records=AT_ONCE
            )
            if not polled:
                raise KafkaError(f"the broker says nothing of {left[0].topic} for {PATIENCE_S:.0f} s")
            for place, records in polled.items():
                yield [_record(one) for one in records if one.offset < share.ends[place]]


def _equal(partitions: Mapping[str, int]) -> int:
    if len(set(partitions.values())) != 1 or not all(partitions.values()):
        said = ", ".join(f"{topic} {count}" for topic, count in partitions.items())
        raise Incomplete(f"the topics need equally many partitions, and have: {said}")
    return next(iter(partitions.values()))


def _record(one: ConsumerRecord[Any, Any]) -> Record:
    return Record(one.topic, one.partition, one.offset, one.key, one.headers, one.value)
