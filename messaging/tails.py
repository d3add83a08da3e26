"""The last records of topics, read by a consumer that joins nothing and commits nothing."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from messaging.broker import At, Broker
from messaging.envelope import Record

PATIENCE_S = 30.0
"""Without a record for so long, the broker is given up."""
Span = tuple[int, int]
"""The first offset, and the one after the last."""
Offsets = dict[TopicPartition, int]


class Tails:
    """Looks at topics from outside; with a group, also at how far that has come."""

    def __init__(self, broker: At, group: str | None = None) -> None:
        self._consumer = AIOKafkaConsumer(
            **Broker.at(broker).client(),
            client_id="fengqiao-tails",
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )

    async def __aenter__(self) -> Self:
        """Connects. Raises `KafkaError`."""
        try:
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Goes away; nobody notices."""
        await self._consumer.stop()

    async def places(self, *topics: str) -> list[TopicPartition]:
        """The partitions of those of the topics that are there; asking creates none."""
        found = await self._consumer._client.fetch_all_metadata()  # noqa: SLF001 - no public way asks for all
        return [
            TopicPartition(topic, one)
            for topic in topics
            for one in sorted(found.partitions_for_topic(topic) or ())
        ]

    async def spans(self, places: list[TopicPartition]) -> dict[TopicPartition, Span]:
        """Where each begins and ends now."""
        begins: Offsets = await self._consumer.beginning_offsets(places)
        ends: Offsets = await self._consumer.end_offsets(places)
        return {one: (begins[one], ends[one]) for one in places}

    async def since(self, places: list[TopicPartition], moment: datetime | None) -> Offsets:
        """The first record of each at or after a moment, or of all; the end where there is none."""
        spans = await self.spans(places)
        if moment is None:
            return {one: begin for one, (begin, _) in spans.items()}
        at = await self._consumer.offsets_for_times(dict.fromkeys(places, int(moment.timestamp() * 1000)))
        return {one: end if at.get(one) is None else at[one].offset for one, (_, end) in spans.items()}

    async def committed(self, places: list[TopicPartition]) -> Offsets:
        """How far the group has come, where it has committed anything."""
        # One request; the public way asks for one partition at a time.
        found = await self._consumer._coordinator.fetch_committed_offsets(places)  # noqa: SLF001
        return {one: place.offset for one, place in found.items()}

    async def passed(self, places: list[TopicPartition]) -> dict[TopicPartition, Span]:
        """What the group has read of what is there.

        Nothing where it stands behind the end: that topic has been wiped, and the group reads it from its beginning.
        """
        committed, spans = await self.committed(places), await self.spans(places)
        return {one: (spans[one][0], offset) for one, offset in committed.items() if offset <= spans[one][1]}

    async def commit(self, offsets: Offsets) -> None:
        """Sets where the group goes on; it must have no members. Raises `KafkaError`."""
        self._consumer.assign(list(offsets))
        await self._consumer.commit(offsets)

    async def read(
        self, spans: Mapping[TopicPartition, Span], at_once: int = 3000
    ) -> AsyncIterator[list[Record]]:
        """All records within the spans. Raises `KafkaError`."""
        waited = {one: end for one, (begin, end) in spans.items() if begin < end}
        if not waited:
            return
        self._consumer.assign(list(waited))
        for one in waited:
            self._consumer.seek(one, spans[one][0])
        while left := [one for one, end in waited.items() if await self._consumer.position(one) < end]:
            polled = await self._consumer.getmany(
                *left, timeout_ms=int(1000 * PATIENCE_S), max_records=at_once
            )
            if not polled:
                raise KafkaError(f"the broker says nothing of {left[0].topic} for {PATIENCE_S:.0f} s")
            # Nothing is asked beyond the end: the broker would keep that question for a while, and behind it the next.
            self._consumer.pause(*[one for one in left if await self._consumer.position(one) >= waited[one]])
            for place, records in polled.items():
                yield [_record(one) for one in records if one.offset < waited[place]]


def _record(one: Any) -> Record:  # noqa: ANN401 - the library has no types
    return Record(one.topic, one.partition, one.offset, one.key, one.headers, one.value)
