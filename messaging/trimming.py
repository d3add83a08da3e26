"""Deletes from an untrusted topic what its reader has long applied: what others put there about people goes."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from messaging.broker import Broker
from messaging.pace import pause

log = logging.getLogger(__name__)

LOOK_S = 60.0
ANSWER_S = 30.0
EACH_S = 10.0
"""For each partition: a leader whose machine is gone says nothing, and the others are asked meanwhile."""
FAILURES = (KafkaError, OSError, TimeoutError)
Places = Mapping[TopicPartition, int]
"""Partition → the offset behind the last record that was applied."""


class Deleting(Protocol):
    """What is asked of a client of the broker."""

    async def delete_records(
        self, records_to_delete: dict[TopicPartition, RecordsToDelete]
    ) -> dict[TopicPartition, int]:
        """Deletes what is before these offsets; returns where each begins now. Raises `KafkaError`."""


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
        """Notes how far the group is, deletes what is ripe; of how many partitions. Raises as `delete` does."""
        client = AIOKafkaAdminClient(**self.broker.client())
        await client.start()
        try:
            told = await client.list_consumer_group_offsets(self.group)
            places = {one: place.offset for one, place in told.items() if one.topic in self.topics}
            ripe = self.seen.note(asyncio.get_running_loop().time(), places)
            return await self.delete(client, ripe)
        finally:
            await client.close()

    async def delete(self, client: Deleting, ripe: Places) -> int:
        """Each partition by itself, all at once: one that nobody leads keeps none of the others from being trimmed.

        Returns of how many something went. Raises `KafkaError`, `OSError`, `TimeoutError` where none went.
        """
        tried = await asyncio.gather(
            *(self._delete(client, *one) for one in ripe.items()), return_exceptions=True
        )
        failed = {
            one: error for one, error in zip(ripe, tried, strict=True) if isinstance(error, BaseException)
        }
        for one, error in failed.items():
            if len(failed) == len(ripe) or not isinstance(error, FAILURES):
                raise error
            log.warning("what was applied of %s-%d stays for now, others go: %s", *one, type(error).__name__)
        return len(ripe) - len(failed)

    async def _delete(self, client: Deleting, one: TopicPartition, upto: int) -> None:
        async with asyncio.timeout(EACH_S):
            gone = await client.delete_records({one: RecordsToDelete(before_offset=upto)})
        self.seen.done.update(gone)
