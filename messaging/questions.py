"""Questions to a broker: none outlasts its time, nor our stop, after which the client leaves them without an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Questions:
    """What is being asked of one client, each for so many seconds at most."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._open: set[asyncio.Timeout] = set()
        self._ended = False

    @asynccontextmanager
    async def ask(self) -> AsyncIterator[None]:
        """The time in which a question may be asked and answered. Raises `TimeoutError` when it is over."""
        if self._ended:
            raise TimeoutError
        async with asyncio.timeout(self._seconds) as limit:
            self._open.add(limit)
            try:
                yield
            finally:
                self._open.discard(limit)

    def end(self) -> None:
        """No more questions: those that are open end now."""
        self._ended = True
        now = asyncio.get_running_loop().time()
        for limit in self._open:
            limit.reschedule(now)
