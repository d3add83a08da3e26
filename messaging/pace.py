"""Waiting: a pulse that wakes a loop early, and a backoff that grows; both end at once when we stop."""

import asyncio
import random
from contextlib import suppress


class Pulse:
    """Wakes one loop when there is work, and every `interval` seconds in any case."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._event = asyncio.Event()

    def beat(self) -> None:
        """There is work."""
        self._event.set()

    async def wait(self, stop: asyncio.Event) -> None:
        """Returns on a beat, after the interval, or soon after `stop`."""
        if stop.is_set():
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), self._interval)
        self._event.clear()


async def pause(seconds: float, stop: asyncio.Event) -> bool:
    """Waits so long, or until `stop`; whether it was stopped."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), max(seconds, 0.0))
    return stop.is_set()


class Backoff:
    """Doubles from `first` to `most` seconds, with jitter, so that many processes do not knock together."""

    def __init__(self, first: float, most: float) -> None:
        self._first = first
        self._most = most
        self._next = first

    def reset(self) -> None:
        """It worked."""
        self._next = self._first

    async def wait(self, stop: asyncio.Event) -> None:
        """Sleeps the next step, or until `stop`."""
        step = self._next * random.uniform(0.7, 1.3)  # noqa: S311 - jitter, not a secret
        self._next = min(self._next * 2, self._most)
        await pause(step, stop)
