"""Where an operator decides on dead letters."""

from messaging.dead_letters import Request, ask, listed
from messaging.gravedigger import Gravedigger


def a_request(action="redrive", **changes):
    return Request(**({"action": action, "count": 1, "reason": "fixed in 1.2", "actor": "o-1"} | changes))


class Office:
    """A reader with its gravedigger, and an operator at the counter."""

    def __init__(self, database, inbox, tiny, reading):
        self.database, self.inbox, self.tiny = database, inbox, tiny
        self.digger = Gravedigger(database, inbox, reading)

    async def deliver(self, batch):
        for _ in range(2):
            await self.inbox.apply(batch)

    async def asked(self, ids, request):
        async with self.database.transaction() as tx:
            await ask(tx, ids, request)
        for _ in range(2):
            await self.digger.once()

    async def open(self):
        async with self.database.connection() as connection:
            return await listed(connection)
