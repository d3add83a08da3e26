"""As of when everything that had been said has taken effect: learned from a whole group's commits, never assumed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiokafka.errors import KafkaError

from messaging.database import Database
from messaging.errors import Unavailable
from messaging.pace import pause
from messaging.subscriber import Ends, Subscriber

log = logging.getLogger(__name__)

LOOK_S = 1.0


class Abreast:
    """How current one reader is, with all members of its group on other replicas.

    It notes how far the topics go at a moment, and waits until the group has committed all of that. A reader that is
    held, or works off a backlog, stays where it was, however alive it is.
    """

    def __init__(
        self,
        subscriber: Subscriber,
        database: Database,
        reached: Callable[[datetime], Awaitable[None]] | None = None,
    ) -> None:
        self._subscriber = subscriber
        self._database = database
        self._reached = reached
        self._mark: tuple[datetime, Ends] | None = None
        self.as_of: datetime | None = None
        """By the database's clock; None until it is known."""

    async def run(self, stop: asyncio.Event) -> None:
        """Looks every second until stopped."""
        while not stop.is_set():
            try:
                await self.look()
            except (Unavailable, KafkaError, TimeoutError) as error:
                log.info("how current we are is not known: %s", type(error).__name__)
            await pause(LOOK_S, stop)

    async def look(self) -> None:
        """Looks once. Raises `Unavailable`, `KafkaError`, `TimeoutError`: then nothing new is known."""
        if self._mark is not None and await self._subscriber.passed(self._mark[1]):
            self.as_of, self._mark = self._mark[0], None
            if self._reached is not None:
                await self._reached(self.as_of)
        if self._mark is None:
            moment = await self._database.now()  # before it is asked how far they go
            self._mark = moment, await self._subscriber.ends()
