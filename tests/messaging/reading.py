"""The reading side of a service on a real broker, and a handler that can be made to wait."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient

from messaging.errors import Unavailable
from messaging.health import Health
from messaging.subscriber import Subscriber
from tests.messaging.tiny import Tiny, effects


class Gate(Tiny):
    """A handler that does not let a transaction end until the gate is open."""

    def __init__(self):
        super().__init__()
        self.open = asyncio.Event()
        self.down = False

    async def __call__(self, tx, messages, now):
        if self.down:
            raise Unavailable("the dependency is down")
        outcome = await super().__call__(tx, messages, now)
        await self.open.wait()
        return outcome


class Reader:
    """A service's reading side on a real broker."""

    def __init__(self, kafka, database, group, inbox, reading):
        self.database, self.group, self._kafka = database, group, kafka
        self.health = Health("test")
        self.subscriber = Subscriber(kafka, group, reading, inbox, self.health)

    async def __aenter__(self):
        await self.subscriber.start()
        return self

    async def __aexit__(self, *error):
        await self.subscriber.stop()

    async def done(self, key):
        return (await effects(self.database)).get(key, [])

    async def committed(self):
        """The group's committed offsets, by partition."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        try:
            found = await admin.list_consumer_group_offsets(self.group)
        finally:
            await admin.close()
        return {place: one.offset for place, one in found.items() if one.offset > 0}


async def no_lag(reader):
    return await reader.subscriber.lag() == 0 and reader.subscriber.progress > 0


async def is_held(reader):
    return reader.subscriber.held
