"""One service process: starts its parts in order, keeps them running, stops them without losing a batch."""

import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiokafka.errors import KafkaError

from messaging import collector, logs, migrate, outbox
from messaging.backlog import Backlog
from messaging.database import Connection, Database
from messaging.dead_letters import Gravedigger
from messaging.errors import CannotStart, Unavailable
from messaging.health import Health, probes
from messaging.inbox import Inbox, Reading
from messaging.logs import frames
from messaging.pace import Backoff, Pulse
from messaging.relay import Relay
from messaging.settings import ServiceSettings
from messaging.subscriber import Subscriber
from messaging.watchdog import Watchdog
from messaging.web import serve
from schemas.topics import source_of

log = logging.getLogger(__name__)

EXIT_CONFIGURATION = 78
"""EX_CONFIG: starting again will not help, somebody has to change something."""
FILES = 65_536
"""Open files a process asks for, where it may: some thousand listeners of the live stream are as many."""
Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
Check = Callable[[Connection], Awaitable[None]]


class Process:
    """The parts every service shares. A service's `app.py` adds what it reads, serves and does by the clock."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        self.name = f"{settings.tier}-{service}"
        self.health = Health(self.name)
        self.dsn = settings.postgres.get_secret_value()
        self.database = Database(self.dsn, name=self.name, max_size=settings.pool_size)
        self.relay = Relay(self.database, settings.kafka, source_of(service, settings.tier), self.health)
        self.door: Any = None
        """The ASGI application of the HTTP door."""
        self._loops: list[Loop] = [self.relay.run, collector.sweep]
        self._subscribers: list[Subscriber] = []
        self._checks: list[Check] = []
        self._stop = asyncio.Event()
        self.queues("unsent", outbox.waiting)

    def queues(self, name: str, count: Callable[[Connection], Awaitable[int]]) -> None:
        """Adds a table in which something waits to be sent, to be told of at `/ready`."""
        backlog = Backlog(self.database, count)
        self.health.figures[f"queue {name}"] = lambda: backlog.waiting
        self._loops.append(backlog.run)

    def reads(
        self, reading: Reading, *, group: str | None = None, committed: Pulse | None = None
    ) -> Subscriber:
        """Adds a consumer group member; its group is the process's name unless given. Commits beat the pulse."""
        inbox = Inbox(self.database, reading, (committed or self.relay.pulse).beat)
        subscriber = Subscriber(self.settings.kafka, group or self.name, reading, inbox, self.health)
        watchdog = Watchdog(subscriber, self.database, self.health)
        self.health.figures[f"lag {group or self.name}"] = lambda: watchdog.lag
        self._subscribers.append(subscriber)
        self._loops += [watchdog.run, Gravedigger(self.database, inbox, reading).run]
        return subscriber

    def loops(self, loop: Loop) -> None:
        """Adds something that runs until the process stops."""
        self._loops.append(loop)

    def checks(self, check: Check) -> None:
        """Adds what must be so in the database before anything begins; it raises `CannotStart` where it is not."""
        self._checks.append(check)

    async def run(self) -> int:
        """Runs until SIGTERM or SIGINT; returns the exit code."""
        loop = asyncio.get_running_loop()
        logs.watch(loop)
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._stop.set)
        self.health.set("started", ok=False)
        async with serve(probes(self.health), self.settings.host, self.settings.probe_port):
            try:
                if await self._database_ready() and await self._fit():
                    await self._work()
            except CannotStart as error:
                log.critical("%s", error)
                return EXIT_CONFIGURATION
            finally:
                await self.database.close()
        return 0

    async def _database_ready(self) -> bool:
        return await self._until_available("database", self._open_database)

    async def _open_database(self) -> None:
        await migrate.verify(self.dsn, self.service)
        await self.database.connect()

    async def _fit(self) -> bool:
        return await self._until_available("database", self._checked)

    async def _checked(self) -> None:
        async with self.database.connection() as connection:
            for check in self._checks:
                await check(connection)

    async def _until_available(self, condition: str, attempt: Callable[[], Awaitable[None]]) -> bool:
        """Tries until it works or we stop; False in the latter case."""
        backoff = Backoff(0.2, 5.0)
        while not self._stop.is_set():
            try:
                await attempt()
            except (Unavailable, KafkaError, OSError) as error:
                log.warning("waiting for %s: %s", condition, error)
                self.health.set(condition, ok=False, why=str(error))
                await backoff.wait(self._stop)
            else:
                self.health.set(condition, ok=True)
                return True
        return False

    async def _work(self) -> None:
        tasks = [asyncio.create_task(loop(self._stop), name=loop.__qualname__) for loop in self._loops]
        joining = [
            asyncio.create_task(self._until_available(one.condition, one.start)) for one in self._subscribers
        ]
        for task in tasks:
            task.add_done_callback(self._ended)
        async with serve(self.door, self.settings.host, self.settings.port):
            await asyncio.gather(*joining)
            self.health.set("started", ok=not self._stop.is_set())
            await self._stop.wait()
            self.health.set("started", ok=False, why="stopping")
        for subscriber in self._subscribers:
            await subscriber.stop()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop that ends by an exception is a bug: the process ends with it and is started afresh."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("%s ended", task.get_name(), extra=frames(error))
            logging.shutdown()
            os._exit(1)


def main(service: str, compose: Callable[[], Process]) -> None:
    """The entry point of `python -m services.<name> [migrate]`."""
    tier = os.environ.get("TIER", "?")
    logs.configure(service, tier)
    _leave_no_core()
    _many_files()
    collector.patient()
    try:
        process = compose()
        collector.settled()
    except ValueError as error:
        log.critical("the settings cannot be used: %s", error)
        sys.exit(EXIT_CONFIGURATION)
    if sys.argv[1:] == ["migrate"]:
        names = asyncio.run(migrate.apply(process.dsn, service))
        log.info("migrated: %s", ", ".join(names) or "nothing to do")
        return
    sys.exit(_run(process))


def _leave_no_core() -> None:
    """A crash must not write what people told us, and its key, to a disk; 1 stops programs that take cores as well."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (min(1, most) if most >= 0 else 1, most))


def _many_files() -> None:
    """A connection is an open file, and the limit a process begins with is often 1024."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(one for one in (FILES, most) if one != resource.RLIM_INFINITY)
    if resource.RLIM_INFINITY != now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _run(process: Process) -> int:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform; a fifth faster database round trips where it is
    except ImportError:
        return asyncio.run(process.run())
    return uvloop.run(process.run())
