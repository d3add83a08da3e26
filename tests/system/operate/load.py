"""Work of people and partners that goes on and stays in the village, while somebody operates on the house."""

import asyncio
import random
from contextlib import asynccontextmanager

import httpx

from deploy.local.plan import StackError
from tests.system.lifecycles import Life, Lifecycles
from tests.system.partner import Partner
from tests.system.world import World

HERE_ONLY = ("settled", "relapsed", "unheard", "by_events")
"""The ways that need no tier above."""
REFUSALS = ("submission.refused.v1", "action.refused.v1")


class Doors(World):
    """Asks whichever door the house names at that moment."""

    async def __aenter__(self):
        await super().__aenter__()
        self._http.headers.update(getattr(self.stack, "headers", {}))
        return self

    async def once(self, method, program, path, **options):
        """One request, its address asked for anew."""
        return await self._http.request(method, self.stack.url(program) + path, **options)

    async def probe(self, program):
        """What a service says on its probe port; None also of tiers that are not here."""
        try:
            return await super().probe(program)
        except StackError:
            return None

    async def ready_at(self, port, seconds=90):
        """Returns once the process with this probe port answers ready."""

        async def ready():
            try:
                answer = await self._http.get(f"http://127.0.0.1:{port}/ready")
            except httpx.TransportError:
                return None
            return answer.status_code == httpx.codes.OK

        await self.until(ready, f"ready at {port}", seconds)


class VillageLives(Lifecycles):
    """Lifecycles one after another by some clients at once, until they are told to end."""

    ending = False
    ways = HERE_ONLY

    async def one(self, number):
        """One lifecycle to its end."""
        chance = random.Random(f"{self.seed}/{number}")
        way = chance.choice(self.ways)
        await getattr(Life(self.world, self.partner, f"{self.seed}-{number}", chance), way)()
        self.ended[way] += 1

    async def goes_on(self, clients):
        """Runs until `ending` is set; each client ends what it has begun."""
        numbers = iter(range(1_000_000))

        async def client():
            while not self.ending:
                await self.one(next(numbers))

        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(client())

    async def more(self, count, seconds=90):
        """Returns once so many more lifecycles have ended."""
        enough = self.count + count

        async def there():
            return self.count >= enough

        await self.world.until(there, f"{count} more lifecycles end", seconds)


@asynccontextmanager
async def under_load(world, clients=6, ways=HERE_ONLY):
    """Lifecycles run inside the block; every one of them has ended after it."""
    async with Partner(world.stack.kafka) as partner:
        lives = VillageLives(world, partner, random.randbytes(4).hex())
        lives.ways = ways
        running = asyncio.create_task(lives.goes_on(clients))
        try:
            yield lives
        except BaseException:
            running.cancel()
            raise
        lives.ending = True
        await running


async def refused(world):
    """Events and actions of these people that somebody refused, and letters of any standing, by database."""
    statement = """
        select type as what from outbox where type = any($1)
        union all select reason from dead_letter
        """
    found = {}
    for service in ("intake", "routing", "followup", "metrics"):
        rows = await world.query(f"{service}_village", statement, REFUSALS)
        found |= {service: [row["what"] for row in rows]} if rows else {}
    return found
