"""Does what is due by the database clock, in order, on any number of replicas.

Works on a service's table `deadline (incident_id, try_at, …)`: `try_at` is when to look, and moves only after a bug.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from messaging.database import Connection, Database
from messaging.errors import Rejected, Unavailable
from messaging.logs import frames
from messaging.pace import Backoff, Pulse
from messaging.spans import firing
from messaging.stages import stage
from messaging.telemetry import deadline_late, deadlines_fired, exemplar

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Deadlines fired in one transaction."""
UNHURRIED = 450
"""Deadlines a second we are content with: what follows from each costs all services more than firing it, and when many
pass at one moment, people wait at the doors meanwhile."""
Fire = Callable[[Connection, int, str | None], Awaitable[int]]
"""Fires so many deadlines that have passed, oldest first, or only one incident's; returns how many."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Fires unhurriedly until nothing is due, then sleeps; what meets a bug is set aside and delays no other."""

    database: Database
    fire: Fire
    fired: Pulse
    """Beaten when something was fired."""
    interval: float

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until stopped."""
        pulse, backoff = Pulse(self.interval), Backoff(0.2, 5.0)
        clock = asyncio.get_running_loop().time
        enough = clock()
        while not stop.is_set():
            try:
                fired = await self.once()
            except Unavailable as error:
                log.warning("the clock waits: %s", error)
                await backoff.wait(stop)
                enough = clock()
            else:
                backoff.reset()
                if fired:
                    enough += fired / UNHURRIED
                    await asyncio.sleep(max(0.0, enough - clock()))
                else:
                    await pulse.wait(stop)
                    enough = clock()

    async def once(self) -> int:
        """Fires one batch; returns how many. Raises `Unavailable`."""
        try:
            with firing(), stage("fire"):
                async with self.database.transaction() as tx:
                    fired = await self.fire(tx, AT_ONCE, None)
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - one deadline's bug must not delay the others
            log.error("a batch of deadlines met a bug; taking them one by one", extra=frames(bug))  # noqa: TRY400 - no values
            fired = await self._singly()
        if fired:
            self.fired.beat()
        return fired

    async def _singly(self) -> int:
        async with self.database.connection() as connection:
            rows = await connection.fetch(
                """
                select incident_id from deadline where try_at <= now() and due_at <= now() order by try_at limit $1
                """,
                AT_ONCE,
            )
        for row in rows:
            await self._alone(row["incident_id"])
        return len(rows)

    async def _alone(self, incident_id: str) -> None:
        """Fires one deadline, or tries it again in a minute; it stays due as of its time."""
        try:
            with firing():
                async with self.database.transaction() as tx:
                    await self.fire(tx, 1, incident_id)
        except Unavailable:
            raise
        except Rejected as why:
            log.error("a deadline of %s is held and tried again later: %s", incident_id, why)  # noqa: TRY400 - no values
            await self._later(incident_id)
        except Exception as bug:  # noqa: BLE001 - whatever it is, it concerns this one only
            log.error("a deadline met a bug and is tried again later", extra=frames(bug))  # noqa: TRY400 - no values
            await self._later(incident_id)

    async def _later(self, incident_id: str) -> None:
        """Unless it was moved meanwhile: then it is not due any more."""
        async with self.database.transaction() as tx:
            await tx.execute(
                """
                update deadline set try_at = now() + interval '1 minute' where incident_id = $1 and try_at <= now()
                """,
                incident_id,
            )


def acted_on(due: Sequence[datetime], now: datetime) -> None:
    """Tells telemetry of a batch of deadlines that were fired: how many, and how late the most overdue was."""
    deadlines_fired.inc(len(due))
    deadline_late.observe((now - min(due)).total_seconds(), exemplar())
