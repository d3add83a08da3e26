"""Ends the process when there is work, nothing is done, and the database is not to blame."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from messaging.database import Database
from messaging.errors import Unavailable
from messaging.gauge import Gauge
from messaging.health import Health
from messaging.pace import pause
from messaging.permitted import CONDITION
from messaging.subscriber import Subscriber

log = logging.getLogger(__name__)

CHECK_S = 5.0
PATIENCE_S = 60.0
EXIT_CODE = 70
"""EX_SOFTWARE: the supervisor starts a fresh process, which joins the group anew."""


@dataclass(slots=True)
class Stall:
    """How long there has been lag without progress; pure, so that its judgement can be tested."""

    progress: int = -1
    since: float = 0.0

    def stalled(self, *, lag: int, progress: int, held: bool, now: float) -> bool:
        """Whether patience is over. Waiting for a dependency or for an operator is not a stall."""
        if lag == 0 or held or progress != self.progress:
            self.progress, self.since = progress, now
        return now - self.since > PATIENCE_S


class Watchdog:
    """Watches one subscriber; a client library's task can die while the consumer says that it runs."""

    def __init__(
        self,
        subscriber: Subscriber,
        database: Database,
        health: Health,
        end: Callable[[], NoReturn] | None = None,
    ) -> None:
        self._subscriber = subscriber
        self._database = database
        self._health = health
        self._end = end or _exit
        self._stall = Stall()
        self._gauge = Gauge[int](2 * CHECK_S)
        self._stuck = Gauge[float](PATIENCE_S)

    @property
    def lag(self) -> int | None:
        """How far the subscriber was behind at the last look; None while nobody knows."""
        return self._gauge.value

    @property
    def stuck_s(self) -> float | None:
        """For how long there was work without progress at the last look; patience ends at `PATIENCE_S`."""
        return self._stuck.value

    async def run(self, stop: asyncio.Event) -> None:
        """Checks every few seconds until stopped."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            begun = self._gauge.begin()
            lag = await self._subscriber.lag()
            self._gauge.note(lag, begun)
            if lag is not None:
                self._health.doubt("kafka", None)
            stalled = self._stall.stalled(
                lag=await self._assumed() if lag is None else lag,
                progress=self._subscriber.progress,
                held=self._subscriber.held or self._forbidden(),
                now=loop.time(),
            )
            self._stuck.note(loop.time() - self._stall.since, begun)
            answers = await self._answers()
            self._health.set("database", ok=answers, why="PostgreSQL does not answer")
            self._health.came_round(self._subscriber.condition, loop.time())
            if stalled and answers:
                log.critical("lag %s and no progress for %d s: ending the process", lag, PATIENCE_S)
                self._end()
            await pause(CHECK_S, stop)

    def _forbidden(self) -> bool:
        """Whether we wait for an operator to let us do our work: the next process would be told the same."""
        return self._health.conditions.get(CONDITION) is not None

    async def _assumed(self) -> int:
        """A client that cannot say how far it is counts as behind, while there is a broker it could ask."""
        reachable = await self._subscriber.reachable()
        self._health.doubt("kafka", None if reachable else "no broker answers")
        return int(reachable)

    async def _answers(self) -> bool:
        try:
            await self._database.now()
        except Unavailable:
            return False
        return True


def _exit() -> NoReturn:
    logging.shutdown()
    os._exit(EXIT_CODE)
