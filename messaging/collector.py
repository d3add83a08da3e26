"""When Python looks for objects that hold each other: now and then, never because a batch is large."""

import asyncio
import gc
from itertools import count

from messaging.pace import pause

LIVE = 1_000_000
"""More new objects than a batch ever has at once. At Python's default of 700 half of a consumer's time would go to
looking through a batch that is still in use."""
SWEEP_S = 30.0
WHOLE = 20
"""Every so many sweeps everything is looked at, which takes a tenth of a second; else only what came since."""


def patient() -> None:
    """Lets the objects of a whole batch live before any of them is looked at."""
    gc.set_threshold(LIVE, 50, 1_000)


def settled() -> None:
    """What is loaded by now stays for ever: there is no point in looking at it again."""
    gc.collect()
    gc.freeze()


async def sweep(stop: asyncio.Event) -> None:
    """Collects what little there is, from time to time; nobody at a door should notice."""
    for turn in count(1):
        if await pause(SWEEP_S, stop):
            return
        gc.collect(2 if turn % WHOLE == 0 else 0)
