"""Does what is due by the database clock, in order, on any number of replicas."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from messaging.errors import Unavailable
from messaging.logs import frames
from messaging.pace import Backoff, Pulse

log = logging.getLogger(__name__)


class Timer:
    """Calls `fire` until nothing is due, then sleeps; when a batch meets a bug, `singly` sets the culprit aside."""

    def __init__(
        self, fire: Callable[[], Awaitable[int]], singly: Callable[[], Awaitable[int]], interval: float
    ) -> None:
        self._fire = fire
        self._singly = singly
        self._interval = interval

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until stopped."""
        pulse, backoff = Pulse(self._interval), Backoff(0.2, 5.0)
        while not stop.is_set():
            try:
                fired = await self._once()
            except Unavailable as error:
                log.warning("the clock waits: %s", error)
                await backoff.wait(stop)
            else:
                backoff.reset()
                if not fired:
                    await pulse.wait(stop)

    async def _once(self) -> int:
        try:
            return await self._fire()
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - one deadline's bug must not delay the others
            log.error("a batch of deadlines met a bug; taking them one by one", extra=frames(bug))  # noqa: TRY400 - no values
            return await self._singly()
