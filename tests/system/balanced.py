"""A client behind what balances load: it reaches any open process of a workload, and counts what it was told."""

from collections import Counter

import httpx

from deploy.local.endpoints import Endpoints
from tests.system.books import SERVICES
from tests.system.world import World

TRIES = 5
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: as where no process is open."""


class Balanced(World):
    """The stack as its users see it where each workload has several processes."""

    def __init__(self, stack, promised=None):
        super().__init__(stack, promised)
        self._endpoints = Endpoints(
            stack, [f"{tier}-{service}" for tier in stack.plan.tiers for service in SERVICES]
        )
        self.told = Counter()
        """Answers by status."""
        self.refused = 0
        """Connections that were refused; the next process was tried, as any client does."""
        self.broken = Counter()
        """Requests without an answer, by what became of them."""

    async def __aenter__(self):
        await super().__aenter__()
        self._following = self._endpoints.followed()
        await self._following.__aenter__()
        return self

    async def __aexit__(self, *ended):
        await self._following.__aexit__(*ended)
        await super().__aexit__(*ended)

    @property
    def failed(self):
        """Answers that say that we are to blame."""
        return {status: number for status, number in self.told.items() if status >= 500}

    async def once(self, method, program, path, **options):
        """One request to any open process; raises `httpx.TransportError`."""
        for _ in range(TRIES):
            url = self._endpoints.next(program) or NOWHERE
            try:
                answer = await self._http.request(method, url + path, **options)
            except httpx.ConnectError:
                self.refused += 1
            except httpx.TransportError as error:
                self.broken[f"{program} {type(error).__name__}"] += 1
                raise
            else:
                self.told[answer.status_code] += 1
                return answer
        raise httpx.ConnectError(f"no {program} took a connection")
