"""Deletes from an untrusted topic what its reader has long applied: what others put there about people goes."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from messaging.broker import Broker
from messaging.pace import pause

log = logging.getLogger(__name__)

LOOK_S = 60.0
ANSWER_S = 30.0
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
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("inbound records that were applied stay for now: %s", type(error).__name__)

    async def once(self) -> int:
        """Notes how far the group is, deletes what is ripe; of how many partitions. Raises `KafkaError`, `OSError`."""
        client = AIOKafkaAdminClient(**self.broker.client())
        await client.start()
        try:
            told = await client.list_consumer_group_offsets(self.group)
            places = {one: place.offset for one, place in told.items() if one.topic in self.topics}
            ripe = self.seen.note(asyncio.get_running_loop().time(), places)
            if ripe:
                wanted = {one: RecordsToDelete(before_offset=upto) for one, upto in ripe.items()}
                self.seen.done.update(await client.delete_records(wanted))
        finally:
            await client.close()
        return len(ripe)
