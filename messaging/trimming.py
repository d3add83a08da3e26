"""Deletes from an untrusted topic what its reader has long applied: what others put there about people goes."""

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaError, LeaderNotAvailableError, for_code
from aiokafka.protocol.admin import DeleteRecordsRequest
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.structs import BrokerMetadata, TopicPartition

from messaging.broker import Broker
from messaging.pace import pause
from messaging.rights import connected

log = logging.getLogger(__name__)

LOOK_S = 60.0
ANSWER_S = 30.0
EACH_S = 10.0
"""For each leader: one whose machine is gone says nothing, and the others are asked meanwhile."""
FAILURES = (KafkaError, OSError, TimeoutError)
Places = Mapping[TopicPartition, int]
"""Partition → the offset behind the last record that was applied."""


@dataclass(slots=True)
class Seen:
    """How far a group was, and when, by the clock of this process; after a restart it begins anew, and trims later."""

    kept_s: float
    """For so long what was applied stays, in case a database comes back that much older."""
    looks: deque[tuple[float, Places]] = field(default_factory=deque)
    done: dict[TopicPartition, int] = field(default_factory=dict)

    def note(self, at: float, places: Places) -> dict[TopicPartition, int]:
        """Notes how far it is; returns before which offsets everything may go now, where that is more than before.

        Where a group was set back meanwhile, what it is to read once more stays, as long as anything just applied does.
        """
        self.looks.append((at, places))
        ripe: Places = {}
        while self.looks and self.looks[0][0] <= at - self.kept_s:
            ripe = self.looks.popleft()[1]
        lowest = {
            one: min(upto, places.get(one, 0), *(later[one] for _, later in self.looks if one in later))
            for one, upto in ripe.items()
        }
        return {one: upto for one, upto in lowest.items() if upto > max(0, self.done.get(one, 0))}


@dataclass(frozen=True, slots=True)
class Trimming:
    """Which topics, read by which group, are trimmed; several processes may do so, the furthest counts."""

    broker: Broker
    group: str
    topics: Collection[str]
    seen: Seen

    async def run(self, stop: asyncio.Event) -> None:
        """Looks every minute, or as often as something may become ripe, until stopped."""
        while not await pause(min(LOOK_S, self.seen.kept_s), stop):
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self.once()
            except FAILURES as error:
                log.warning("inbound records that were applied stay for now: %s", type(error).__name__)

    async def once(self) -> int:
        """Notes how far the group is, deletes what is ripe; of how many partitions. Raises as `delete` does.

        Each broker is asked over a connection of its own: a client of the library lets all wait while it reaches one.
        """
        cluster = ClusterMetadata()
        async with _reached(self.broker) as anyone:
            keeper = await anyone.send(FindCoordinatorRequest(self.group, 0))
            cluster.update_metadata(await anyone.send(MetadataRequest(sorted(self.topics), False)))  # noqa: FBT003
        _check(keeper.error_code)
        async with _reached(self.broker.alone(keeper.host, keeper.port)) as one:
            told = await one.send(OffsetFetchRequest(self.group, None))
        _check(told.error_code)
        places = {
            TopicPartition(topic, partition): offset
            for topic, partitions in told.topics
            for partition, offset, _, code in partitions
            if topic in self.topics and not code
        }
        return await self.delete(cluster, self.seen.note(asyncio.get_running_loop().time(), places))

    async def delete(self, cluster: ClusterMetadata, ripe: Places) -> int:
        """Asks all leaders at once, each by itself: one that says nothing keeps none of the others' from being trimmed.

        Returns of how many something went. Raises `KafkaError`, `OSError`, `TimeoutError` where none went.
        """
        led: dict[BrokerMetadata | None, dict[TopicPartition, int]] = defaultdict(dict)
        for one, upto in ripe.items():
            led[cluster.broker_metadata(cluster.leader_for_partition(one))][one] = upto
        tried = await asyncio.gather(*(self._delete(*one) for one in led.items()))
        failed = {one: error for every in tried for one, error in every.items()}
        for one, error in failed.items():
            if len(failed) == len(ripe):
                raise error
            log.warning("what was applied of %s-%d stays for now, others go: %s", *one, type(error).__name__)
        return len(ripe) - len(failed)

    async def _delete(self, leader: BrokerMetadata | None, ripe: Places) -> dict[TopicPartition, Exception]:
        """Notes what went; returns of which partitions nothing did, and why."""
        if leader is None:
            return {one: LeaderNotAvailableError() for one in ripe}
        topics: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for one, upto in ripe.items():
            topics[one.topic].append((one.partition, upto))
        ask = DeleteRecordsRequest(list(topics.items()), int(EACH_S * 1000))
        try:
            async with asyncio.timeout(EACH_S), _reached(self.broker.alone(leader.host, leader.port)) as it:
                answer = await it.send(ask)
        except FAILURES as error:
            return dict.fromkeys(ripe, error)
        failed = {}
        for topic, partitions, *_ in answer.topics:
            for partition, begin, code, *_tags in partitions:
                if code:
                    failed[TopicPartition(topic, partition)] = for_code(code)()
                else:
                    self.seen.done[TopicPartition(topic, partition)] = begin
        return failed


@contextlib.asynccontextmanager
async def _reached(broker: Broker) -> AsyncIterator[Any]:
    connection = await connected(broker, "fengqiao-trimming")
    try:
        yield connection
    finally:
        connection.close()


def _check(code: int) -> None:
    if code:
        raise for_code(code)
