"""The topics of a tier from their first record to where they end now, one partition number after the other."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import TopicPartition

from messaging.broker import At
from messaging.envelope import Record
from messaging.tails import Span, Tails

AT_ONCE = 3000
"""Records handed over together: what they become lives as long as a batch."""


class Incomplete(Exception):
    """The topics do not hold what the figures were counted from: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Share:
    """One partition number of all topics: the whole history of its incidents."""

    place: int
    spans: Mapping[TopicPartition, Span]

    @property
    def records(self) -> int:
        """How many there are, at most."""
        return sum(end - begin for begin, end in self.spans.values())


@dataclass(frozen=True, slots=True)
class History:
    """Topics in which an incident has the same partition number everywhere."""

    tails: Tails
    places: Mapping[int, list[TopicPartition]]

    @property
    def partitions(self) -> int:
        """How many each topic has."""
        return len(self.places)

    async def shares(self) -> list[Share]:
        """All there is to be read now."""
        return [Share(place, await self.tails.spans(those)) for place, those in self.places.items()]

    def read(self, share: Share) -> AsyncIterator[list[Record]]:
        """All records of a share; those of one topic in order. Raises `KafkaError`."""
        return self.tails.read(share.spans, AT_ONCE)


@asynccontextmanager
async def history_of(broker: At, topics: Sequence[str]) -> AsyncIterator[History]:
    """Connects. Raises `KafkaError`, and `Incomplete` where an incident does not lie on one partition number."""
    async with Tails(broker) as tails:
        found = await tails.places(*topics)
        partitions = _equal({topic: sum(one.topic == topic for one in found) for topic in topics})
        yield History(
            tails,
            {place: [one for one in found if one.partition == place] for place in range(partitions)},
        )


def _equal(partitions: Mapping[str, int]) -> int:
    if len(set(partitions.values())) != 1 or not all(partitions.values()):
        said = ", ".join(f"{topic} {count}" for topic, count in partitions.items())
        raise Incomplete(f"the topics need equally many partitions, and have: {said}")
    return next(iter(partitions.values()))
