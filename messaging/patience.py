"""A process and its migrations are started together and wait for each other: so long, and no longer."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from messaging import migrate
from messaging.errors import SchemaTooOld, Unavailable
from messaging.pace import Backoff

log = logging.getLogger(__name__)


class Patience:
    """So many seconds from the first time it is tried."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether it is not over yet."""
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        return now - self._since < self._seconds

    @contextmanager
    def with_migrations(self) -> Iterator[None]:
        """Turns a schema that is too old into `Unavailable` while patience lasts: it is being migrated."""
        try:
            yield
        except SchemaTooOld as error:
            if not self.lasts:
                raise
            raise Unavailable(str(error)) from error


async def migrated(
    dsn: str, service: str, patience: Patience, door: str | None = None, *, bind_owner: bool = False
) -> list[str]:
    """Applies what is missing, once the database answers; returns the names. Raises `SchemaTooOld`, `Unavailable`."""
    backoff = Backoff(0.2, 5.0)
    while True:
        try:
            return await migrate.apply(dsn, service, door, bind_owner=bind_owner)
        except Unavailable as error:
            if not patience.lasts:
                raise
            log.warning("migrations wait for their database: %s", error)
            await backoff.wait(asyncio.Event())
