"""Sends the outbox to Kafka in order: one relay per database at a time, and the row decides, never the broker."""

import asyncio
import logging

from aiokafka.errors import KafkaError

from messaging import outbox
from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.health import Health
from messaging.layout import headers_of
from messaging.pace import Backoff, Pulse
from messaging.producer import Outgoing, Producer

log = logging.getLogger(__name__)

LOCK = 0x72656C61
"""Advisory lock of the relay (the letters "rela"): whoever holds it in a database sends for it."""
BATCH = 1000
POLL_S = 0.25
"""How often the table is looked at although nobody in this process wrote: other replicas do, too."""
GATHER_S = 0.005
"""Pause between batches, so that at a low rate events travel together instead of one by one."""
PRUNE_S = 60.0


class Relay:
    """Moves rows from the outbox of one database to the topics named in them."""

    def __init__(self, database: Database, bootstrap: str, source: str, health: Health) -> None:
        self._database = database
        self._source = source
        self._health = health
        self._producer = Producer(bootstrap, source)
        self.pulse = Pulse(POLL_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Waits for leadership, sends until stopped; takes over within a second of another relay's death."""
        backoff = Backoff(0.2, 5.0)
        while not stop.is_set():
            try:
                async with self._database.connection() as connection:
                    if await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                        try:
                            await self._lead(connection, stop, backoff)
                        finally:
                            await connection.execute("select pg_advisory_unlock($1)", LOCK)
                    else:
                        self._health.doubt("relay", None)  # another one leads, and tells of its own trouble
                await asyncio.sleep(0 if stop.is_set() else 1.0)
            except (Unavailable, KafkaError) as error:
                log.warning("the relay holds: %s", error)
                self._health.doubt("relay", str(error))
                await self._producer.drop()
                await backoff.wait(stop)
        await self._producer.drop()

    async def _lead(self, connection: Connection, stop: asyncio.Event, backoff: Backoff) -> None:
        pruned = asyncio.get_running_loop().time()
        while not stop.is_set():
            sent = await self._pump(connection)
            self._health.doubt("relay", None)
            backoff.reset()
            if sent < BATCH:
                await asyncio.sleep(GATHER_S)
                await self.pulse.wait(stop)
            if (now := asyncio.get_running_loop().time()) - pruned > PRUNE_S:
                pruned = now
                await outbox.prune(connection)
        await self._pump(connection)

    async def _pump(self, connection: Connection) -> int:
        """Sends one batch; raises `KafkaError` when a row could not be sent: it and all after it go again."""
        rows = await outbox.unsent(connection, BATCH)
        if not rows:
            return 0
        results = await self._producer.send([
            Outgoing(row["topic"], row["key"].encode(), row["data"], headers_of(row, self._source)) for row in rows
        ])  # fmt: skip
        failed = next(
            (at for at, result in enumerate(results) if isinstance(result, BaseException)), len(rows)
        )
        if failed:
            await outbox.mark_sent(connection, [int(row["id"]) for row in rows[:failed]])
        if failed < len(rows):
            error = results[failed]
            raise error if isinstance(error, KafkaError) else KafkaError(str(error))
        return len(rows)
