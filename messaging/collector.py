"""When Python looks for objects that hold each other: between batches, never because a batch is large."""

import asyncio
import gc

from messaging.pace import pause

LIVE = 1_000_000
"""More new objects than a batch ever has at once. At Python's default of 700 half of a consumer's time would go to
looking through a batch that is still in use."""
SWEEP_S = 30.0


def patient() -> None:
    """Lets the objects of a whole batch live before any of them is looked at."""
    gc.set_threshold(LIVE, 50, 1_000)


def settled() -> None:
    """What is loaded by now stays for ever: there is no point in looking at it again."""
    gc.collect()
    gc.freeze()


async def sweep(stop: asyncio.Event) -> None:
    """Collects what little there is, from time to time; it takes some milliseconds."""
    while not await pause(SWEEP_S, stop):
        gc.collect()
