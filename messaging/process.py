"""One service process: starts its parts in order, keeps them running, stops them without losing a batch."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any

from aiokafka.errors import KafkaError

from messaging import collector, logs, migrate, outbox, permitted, told
from messaging.backlog import Backlog
from messaging.database import Connection, Database
from messaging.errors import CannotStart, Unavailable
from messaging.fence import Fence
from messaging.granting import MARK
from messaging.gravedigger import Gravedigger
from messaging.health import Health, probes
from messaging.inbox import Inbox, Reading
from messaging.logs import frames
from messaging.pace import Backoff, Pulse
from messaging.parting import Parting
from messaging.patience import Patience
from messaging.relay import Relay
from messaging.settings import ServiceSettings
from messaging.standing import Standing
from messaging.subscriber import Subscriber
from messaging.telemetry import QUEUE, UNSENT, Series
from messaging.watchdog import Watchdog
from messaging.web import serve
from schemas.topics import source_of

log = logging.getLogger(__name__)

EXIT_CONFIGURATION = 78
"""EX_CONFIG: starting again will not help, somebody has to change something."""
JOIN_S = 60.0
"""How long a door stays closed for readers that cannot join their groups. A release that reads nothing should not take
the place of one that does, unseen; but reports are taken while the broker is away, and nobody waits for it longer."""
Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
Check = Callable[[Connection], Awaitable[None]]


class Process:
    """The parts every service shares. A service's `app.py` adds what it reads, serves and does by the clock."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        self.name = f"{settings.tier}-{service}"
        self.health = Health(self.name)
        self.dsn = settings.dsn()
        self.database = Database(self.dsn, name=self.name + MARK, max_size=settings.pool_size)
        self._databases = [self.database]
        self._patience = Patience(settings.schema_wait_s)
        self.broker = settings.broker()
        """What every client of Kafka in this process is given."""
        self._permitted = permitted.Permitted(self.broker, settings.permissions(service), self.health)
        self._fence = Fence(self.broker, source_of(service, settings.tier), self._permitted.check)
        self.relay = Relay(self.database, self.broker, self._fence.source, self.health, self._fence.said)
        self.door: Any = None  # the ASGI application of the HTTP door
        self.door_host = "127.0.0.1"  # for this machine only, until it is known who may ask
        self._loops: list[Loop] = [self.relay.run, self.relay.forget, collector.sweep, self._permitted.run]
        self._subscribers: list[Subscriber] = []
        self._checks: list[Check] = [self._fence.check]
        self._stop = asyncio.Event()
        self.leaving = False  # whether it was told to stop
        self._policy = ""
        self._tells()
        self.queues("unsent", outbox.waiting, UNSENT)

    def queues(
        self, name: str, count: Callable[[Connection], Awaitable[int]], series: Series = QUEUE
    ) -> None:
        """Adds a table in which something waits to be sent, to be told of at `/ready` and `/telemetry`."""
        backlog = Backlog(self.database, count)
        self.health.figures[f"queue {name}"] = lambda: backlog.waiting
        self.health.readings.reads(series, lambda: backlog.waiting, *(name for _ in series.labels))
        self._loops.append(backlog.run)

    def policy(self, version: str) -> None:
        """Names the policy in force, to be told of at `/telemetry`."""
        self._policy = version

    def _tells(self) -> None:
        """What telemetry says of any process."""
        known = migrate.newest(self.service)
        standing = Standing(self.database, known)
        standing.told(self.health.readings)
        told.of_process(self.health.readings, known, lambda: self._policy)
        self._loops.append(standing.run)

    def reads(
        self, reading: Reading, *, group: str | None = None, committed: Pulse | None = None
    ) -> Subscriber:
        """Adds a consumer group member; its group is the process's name unless given. Commits beat the pulse."""
        inbox = Inbox(self.database, reading, (committed or self.relay.pulse).beat)
        subscriber = Subscriber(self.broker, group or self.name, reading, inbox, self.health)
        watchdog = Watchdog(subscriber, self.database, self.health)
        self.health.figures[f"lag {group or self.name}"] = lambda: watchdog.lag
        told.of_reader(self.health.readings, group or self.name, (subscriber, watchdog, inbox))
        self._fence.reads(group or self.name, reading.topics)
        self._subscribers.append(subscriber)
        self._loops += [watchdog.run, Gravedigger(self.database, inbox, reading).run]
        return subscriber

    def loops(self, loop: Loop) -> None:
        """Adds something that runs until the process stops."""
        self._loops.append(loop)

    def opens(self, database: Database) -> None:
        """Adds another pool, open as long as the process runs."""
        self._databases.append(database)

    def checks(self, check: Check) -> None:
        """Adds what must be so in the database before anything begins; it raises `CannotStart` where it is not."""
        self._checks.append(check)

    async def run(self) -> int:
        """Runs until SIGTERM or SIGINT; returns the exit code."""
        loop = asyncio.get_running_loop()
        logs.watch(loop)
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self.leave)
        self.health.set("started", ok=False)
        async with serve(probes(self.health), self.settings.host, self.settings.probe_port):
            try:
                steps = (self._open_database, self._checked)
                if all([await self._until_available("database", one) for one in steps]):
                    await self._work()
            except CannotStart as error:
                log.critical("%s", error)
                return EXIT_CONFIGURATION
            finally:
                for database in self._databases:
                    await database.close()
        return 0

    def leave(self) -> None:
        """Says that nobody should be sent here, and stops when proxies have heard of it; told twice, at once."""
        drain_s = self.settings.drain_s if self.health.closed is None else 0.0
        self.leaving = True
        self.health.set("started", ok=False, why="stopping")
        asyncio.get_running_loop().call_later(drain_s, self._stop.set)

    async def _open_database(self) -> None:
        with self._patience.with_migrations():
            await migrate.verify(self.dsn, self.service)
        for one in self._databases:
            await one.connect()

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
            asyncio.create_task(
                self._until_available(one.condition, self._fence.joining(one.start, self.database))
            )
            for one in self._subscribers
        ]
        for task in tasks:
            task.add_done_callback(self._ended)
        door, most = Parting(self.door, lambda: self.leaving), self.settings.connections
        async with serve(door, self.door_host, self.settings.port, most):
            await self._joined(joining)
            self.health.set("started", ok=not self.leaving, why="stopping")
            await self._stop.wait()
        await asyncio.gather(*joining)
        for subscriber in self._subscribers:
            await subscriber.stop()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _joined(self, joining: Collection[asyncio.Task[bool]]) -> None:
        """Returns once all readers have joined their groups, or when a door need not be closed for them any longer."""
        joined, late = await asyncio.wait(joining, timeout=JOIN_S) if joining else (set(), set())
        for task in joined:
            task.result()
        for task in late:
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        """A loop that ends by an exception is a bug, or has found that we should not have started: we end with it."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        if cannot := isinstance(error, CannotStart):
            log.critical("%s", error)
        else:
            log.critical("%s ended", task.get_name(), extra=frames(error))
        logging.shutdown()
        os._exit(EXIT_CONFIGURATION if cannot else 1)
