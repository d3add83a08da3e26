"""Sends the outbox to Kafka in order: one relay per database at a time, and the row decides, never the broker."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from aiokafka.errors import KafkaError
from asyncpg import Record

from messaging import outbox, pruning
from messaging.broker import At
from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.health import Health
from messaging.layout import headers_of
from messaging.leader import STANDBY_S, heard, leading
from messaging.pace import Backoff, Pulse, pause
from messaging.producer import Outgoing, Producer
from messaging.spans import departing, not_sent, sending
from messaging.stages import stage
from messaging.telemetry import LEADER, sent_events

log = logging.getLogger(__name__)

LOCK = 0x72656C61
"""Advisory lock of the relay (the letters "rela"): whoever holds it in a database sends for it.

Two that send at a moment do no harm: each sends in order from the first event that is not acknowledged, so an event is
on the wire for the first time after the one before it was, and readers drop what they have."""
BATCH = 1000
POLL_S = 0.25
"""How often the table is looked at although nobody in this process wrote: other replicas do, too."""
GATHER_S = 0.005
"""Pause between batches, so that at a low rate events travel together instead of one by one."""


class Relay:
    """Moves rows from the outbox of one database to the topics named in them."""

    def __init__(
        self,
        database: Database,
        broker: At,
        source: str,
        health: Health,
        known: Callable[[Connection], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._known = known
        """Raises when the database does not know what it has said: it was set back, perhaps under our feet."""
        self._source = source
        self._health = health
        self._producer = Producer(broker, source)
        self.pulse = Pulse(POLL_S)
        self.leads = False
        """Whether this process sends for its database."""
        health.readings.reads(LEADER, lambda: float(self.leads))

    async def run(self, stop: asyncio.Event) -> None:
        """Waits for leadership, sends until stopped; takes over soon after another relay's death, or its silence."""
        backoff = Backoff(0.2, 5.0)
        while not stop.is_set():
            try:
                async with leading(self._database, LOCK) as connection:
                    if connection is None:
                        self._health.doubt("relay", None)  # another one leads, and tells of its own trouble
                    else:
                        await self._lead(connection, stop, backoff)
                await pause(STANDBY_S, stop)
            except (Unavailable, KafkaError) as error:
                log.warning("the relay holds: %s", error)
                self._health.doubt("relay", str(error))
                await self._producer.drop()
                await backoff.wait(stop)
        await self._producer.drop()

    async def forget(self, stop: asyncio.Event) -> None:
        """Deletes what was sent long ago, beside what is sent, in the process that sends."""
        await pruning.forget(self._database, lambda: self.leads, stop)

    async def _lead(self, connection: Connection, stop: asyncio.Event, backoff: Backoff) -> None:
        if self._known is not None:
            await self._known(connection)
        self.leads = True
        try:
            await self._send_all(connection, stop, backoff)
        finally:
            self.leads = False

    async def _send_all(self, connection: Connection, stop: asyncio.Event, backoff: Backoff) -> None:
        while not stop.is_set():
            sent = await self._pump(connection)
            self._health.doubt("relay", None)
            backoff.reset()
            if sent < BATCH:
                await asyncio.sleep(GATHER_S)
                await self.pulse.wait(stop)
        await self._pump(connection)

    async def _pump(self, connection: Connection) -> int:
        """Sends one batch; raises `KafkaError` when a row could not be sent: it and all after it go again."""
        rows = await outbox.unsent(connection, BATCH)
        if rows:
            with sending(len(rows)):
                await self._send(connection, rows)
        return len(rows)

    async def _send(self, connection: Connection, rows: Sequence[Record]) -> None:
        with stage("send"):
            results = await heard(connection, self._producer.send([
                Outgoing(
                    row["topic"], row["key"].encode(), row["data"], headers_of(row, self._source, departing(row))
                ) for row in rows
            ]))  # fmt: skip
        failed = next(
            (at for at, result in enumerate(results) if isinstance(result, BaseException)), len(rows)
        )
        if failed:
            with stage("mark"):
                await outbox.mark_sent(connection, [int(row["id"]) for row in rows[:failed]])
            sent_events.inc(failed)
        if failed < len(rows):
            for row, result in zip(rows, results, strict=True):
                if result is not None:
                    not_sent(row, result)
            error = results[failed]
            raise error if isinstance(error, KafkaError) else KafkaError(str(error))
