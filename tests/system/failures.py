"""Kill -9, seeded: which process dies when, in rounds that spare neither the broker nor the database."""

import asyncio
import random
import time
from collections import Counter

PROVIDERS = ("kafka", "postgres")
ROUND = 6
"""Services that die between two deaths of each provider."""


class Failures:
    """Kills processes of a stack, one after another; its supervisor starts them again."""

    def __init__(self, stack, seed):
        self._stack = stack
        self._chance = random.Random(f"{seed}/kills")
        self._services = sorted(set(stack.programs()) - set(PROVIDERS))
        self.kills = Counter()
        self.last = 0.0
        """When the last process was killed, by the monotonic clock."""

    async def run(self, kills, pause):
        """Kills that many processes, each after a pause of `pause` (from, to) seconds."""
        victims = self._victims()
        while self.kills.total() < kills:
            await asyncio.sleep(self._chance.uniform(*pause))
            victim = next(victims)
            if await asyncio.to_thread(self._stack.kill, victim):  # else it is being started again already
                self.kills[victim] += 1
                self.last = time.monotonic()

    def _victims(self):
        waiting = []
        while True:
            if len(waiting) < ROUND:
                waiting += self._chance.sample(self._services, len(self._services))
            order = [*PROVIDERS, *waiting[:ROUND]]
            waiting = waiting[ROUND:]
            self._chance.shuffle(order)
            yield from order
