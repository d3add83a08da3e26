"""Forgets what was sent a week ago, as fast as it was once said, a little at a time and beside what is sent now."""

import asyncio
import logging
from collections.abc import Callable

from messaging import outbox
from messaging.database import Database
from messaging.errors import Unavailable
from messaging.pace import pause

log = logging.getLogger(__name__)

EVERY_S = 60.0
"""How often it is looked whether something has become old."""
LEAST_S = 0.02
"""The shortest pause between two deletions."""


async def forget(database: Database, ours: Callable[[], bool], stop: asyncio.Event) -> None:
    """Deletes what is old until stopped, as long as it is ours to do, each time until nothing old is left."""
    while not await pause(EVERY_S, stop):
        if ours():
            try:
                await prune(database, ours, stop)
            except Unavailable as error:
                log.warning("old events are deleted later: %s", error)


async def prune(
    database: Database, ours: Callable[[], bool], stop: asyncio.Event, limit: int = outbox.PRUNED
) -> int:
    """Deletes all that is old, so many rows at a time; how many. Raises `Unavailable`.

    Between two deletions the database is left alone for as long as the last one took. Wherever it ends, what was
    deleted is, and the next turn begins with the oldest that is there.
    """
    loop, deleted, after = asyncio.get_running_loop(), 0, 0
    while ours():
        began = loop.time()
        async with database.connection() as connection:
            done = await outbox.prune(connection, after, limit)
        deleted += done.deleted
        if done.upto is None or await pause(max(loop.time() - began, LEAST_S), stop):
            break
        after = done.upto
    return deleted
