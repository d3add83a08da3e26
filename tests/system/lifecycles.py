"""Lifecycles for load: each goes one of the ways incidents go, by patient clients, whatever happens to processes."""

import asyncio
import random
from collections import Counter

DONE = {"method": "mediation", "outcome": "success", "agreement": True}
WAYS = {
    "settled": 44,
    "climbed": 14,
    "returned": 5,
    "relapsed": 8,
    "major": 8,
    "forwarded": 6,
    "neglected": 6,
    "unheard": 4,
    "by events": 5,
}
"""Of a hundred: those who neglect run out of every deadline up to the county, the others reach the end."""
AREAS = ("620522100001", "620522100002", "620522100")
CATEGORIES = ("land", "neighbour", "family", "labour")


class Lifecycles:
    """Runs lifecycles with a number of clients at once; the seed decides which way each goes."""

    def __init__(self, world, partner, seed, ways=WAYS):
        self.world = world
        self.partner = partner
        self.seed = seed
        self.ways = ways
        self.ended = Counter()

    async def run(self, count, clients, first=0):
        """Runs `count` lifecycles to their end; raises what any of them raises."""
        numbers = iter(range(first, first + count))

        async def client():
            for number in numbers:
                await self.one(number)

        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(client())

    async def one(self, number):
        """One lifecycle to its end."""
        chance = random.Random(f"{self.seed}/{number}")
        [way] = chance.choices(list(self.ways), list(self.ways.values()))
        life = Life(self.world, self.partner, f"{self.seed}-{number}", chance)
        await getattr(life, way.replace(" ", "_"))()
        self.ended[way] += 1

    @property
    def count(self):
        """How many have ended."""
        return self.ended.total()


class Life:
    """The ways, each as what people do; `name` makes every request of it the same when it is sent again."""

    def __init__(self, world, partner, name, chance):
        self.world = world
        self.partner = partner
        self.name = name
        self.chance = chance

    async def _report(self, **changes):
        changes = {
            "area": self.chance.choice(AREAS[:2]),
            "category": self.chance.choice(CATEGORIES),
        } | changes
        return await self.world.report(key=f"{self.name}-report", **changes)

    async def _to_the_end(self, tier, incident):
        await self.world.done(tier, incident, "accept", f"{self.name}-accept-{tier}")
        await self._resolved(tier, incident, 1)

    async def _resolved(self, tier, incident, attempt):
        await self.world.resolve(tier, incident, f"{self.name}-resolve-{tier}-{attempt}")
        await self.world.satisfied(tier, incident, attempt)

    async def settled(self):
        await self._to_the_end("village", await self._report())

    async def climbed(self):
        incident = await self._report()
        await self.world.done("village", incident, "escalate", f"{self.name}-up", reason="too-hard")
        if self.chance.random() < 0.3:
            await self.world.done("town", incident, "accept", f"{self.name}-town")
            await self.world.done(
                "town", incident, "escalate", f"{self.name}-up-2", reason="needs-departments"
            )
            await self._to_the_end("county", incident)
        else:
            await self._to_the_end("town", incident)

    async def returned(self):
        incident = await self._report()
        await self.world.done("village", incident, "escalate", f"{self.name}-up", reason="too-hard")
        reason = "can-be-settled-locally"
        await self.world.done("town", incident, "return", f"{self.name}-down", reason=reason)
        await self.world.comes_to("village", incident, "open")
        await self._to_the_end("village", incident)

    async def relapsed(self):
        incident = await self._report()
        await self.world.done("village", incident, "accept", f"{self.name}-accept")
        await self.world.resolve("village", incident, f"{self.name}-resolve-1")
        await self.world.visit("village", incident, "p1", "dissatisfied")
        await self.world.comes_to("village", incident, "accepted", attempt=2)
        await self._resolved("village", incident, 2)

    async def major(self):
        await self._to_the_end("town", await self._report(severity="major"))

    async def forwarded(self):
        incident = await self._report()
        await self.world.done("village", incident, "escalate", f"{self.name}-up", reason="too-hard")
        answer = await self.world.done("village", incident, "accept", f"{self.name}-accept")
        assert answer["forwarded_to"] == "town"
        await self.world.comes_to("town", incident, "accepted")
        await self._resolved("town", incident, 1)

    async def neglected(self):
        await self._report(severity="prominent")

    async def unheard(self):
        incident = await self._report()
        await self.world.done("village", incident, "accept", f"{self.name}-accept")
        await self.world.resolve("village", incident, f"{self.name}-resolve")
        for party, result in (("p1", "refused"), ("p2", "unreachable"), ("p2", "unreachable")):
            await self.world.visit("village", incident, party, result)

    async def by_events(self):
        incident = await self.partner.report(self.name)
        self.world.promised.add(incident)
        await self.partner.act(f"{self.name}-a", self.name, "accept")
        await self.partner.act(f"{self.name}-r", self.name, "resolve", **DONE)
        await self.world.comes_to("village", incident, "resolved")
        await self.world.satisfied("village", incident)
