"""One process does something for a whole database; another takes over from one that died, vanished or froze."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

from messaging.database import Connection, Database

log = logging.getLogger(__name__)

STANDBY_S = 0.5
"""How often who does not lead asks for the lead: so long nobody leads after a leader has died."""
HEARD_S = 1.0
"""How often the server hears of a leader that waits for something else."""
SILENT = timedelta(seconds=3)
"""A leader of which the server has heard nothing for so long is taken for frozen or gone."""

Result = TypeVar("Result")


@asynccontextmanager
async def leading(database: Database, lock: int) -> AsyncIterator[Connection | None]:
    """The connection that holds an advisory lock while the block runs; None while another process holds it.

    The lock of a process that was killed is free at once. That of one whose machine vanished, or that was stopped in
    the middle, would be held as long as its connection stands: so the server is asked when it heard of the holder last,
    and a silent one is cut off. What leads must bear that two do for a moment. Raises `Unavailable`.
    """
    async with database.connection() as connection:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", lock):
            await _cut_off(connection, lock)
            yield None
            return
        try:
            yield connection
        finally:
            await connection.execute("select pg_advisory_unlock($1)", lock)


async def heard(connection: Connection, work: Coroutine[Any, Any, Result]) -> Result:
    """Waits for something that is not the database, and lets the server hear meanwhile that we are there.

    Raises what the work raises, and `Unavailable` once we have been cut off; the work is then given up.
    """
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=HEARD_S))[0]:
            await connection.fetchval("select 1")
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return task.result()


async def _cut_off(connection: Connection, lock: int) -> None:
    """Ends the connection of a silent holder. The next to ask for the lock has it."""
    ended = await connection.fetch(
        """
        select pg_terminate_backend(a.pid) from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and (l.classid, l.objid, l.objsubid) = (0, $1, 1)
            and l.database = (select oid from pg_database where datname = current_database())
            and a.usename = current_user and a.state_change < clock_timestamp() - $2::interval
            and (a.state <> 'active' or a.wait_event_type = 'Client')
        """,
        lock,
        SILENT,
    )
    if ended:
        log.warning("the leader was silent for %.0f s and is cut off", SILENT.total_seconds())
