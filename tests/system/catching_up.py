"""Whether the services have read what stood on their topics at a moment, told by what their groups committed."""

from aiokafka.errors import KafkaError

from messaging.tails import Tails
from schemas.topics import groups_of
from tests.system.books import SERVICES


class CatchingUp:
    """Heartbeats never end, so a lag of zero is seldom seen where a machine is slow: what counts is a mark."""

    def __init__(self, world, tiers):
        self._world = world
        self._programs = {
            f"{tier}-{service}": groups_of(service, tier) for tier in tiers for service in SERVICES
        }
        self._behind = None

    async def behind(self):
        """The programs that have not answered and come to the mark since the first look, which sets it."""
        if self._behind is None:
            try:
                self._behind = {
                    (program, group): await self._ends(topics)
                    for program, groups in self._programs.items()
                    for group, topics in groups.items()
                }
            except (KafkaError, OSError):
                return {"Kafka"}
        for (program, group), ends in list(self._behind.items()):
            if await self._world.probe(program) is not None and await self._come(group, ends):
                del self._behind[program, group]
        return {f"{program}: {group}" for program, group in self._behind}

    async def _ends(self, topics):
        async with Tails(self._world.stack.kafka) as tails:
            spans = await tails.spans(await tails.places(*(one.name for one in topics)))
        return {one: end for one, (begin, end) in spans.items() if begin < end}

    async def _come(self, group, ends):
        try:
            async with Tails(self._world.stack.kafka, group) as tails:
                committed = await tails.committed(list(ends))
        except (KafkaError, OSError):
            return False
        return all(committed.get(one, 0) >= end for one, end in ends.items())
