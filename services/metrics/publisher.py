"""Publishes changed cells to `<tier>.metrics`: at-least-once is enough, a cell carries its value and version."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime

from aiokafka.errors import KafkaError

from messaging.broker import At
from messaging.database import Connection, Database
from messaging.errors import Unavailable
from messaging.leader import STANDBY_S, heard, leading
from messaging.pace import Backoff, Pulse, pause
from messaging.producer import Outgoing, Producer
from schemas.base import Tier
from schemas.metrics import MetricCell
from services.metrics import published_definitions, restatement_log, store, unpublished_store, unusual_log
from services.metrics.defined import said
from services.metrics.definition import Definition
from services.metrics.known import Row, Slot
from services.metrics.outgoing import Voice

log = logging.getLogger(__name__)

LOCK = 0x63656C6C
"""Advisory lock of the publisher (the letters "cell"): one replica publishes for a database."""
EVERY_S = 0.25
"""Changes of a cell within this time travel as one."""
BATCH = 2000
UNHURRIED = 600
"""Cells a second we are content with: under load a cell changes often, and only its last value is worth sending."""
HEARTBEAT_S = 2.0
SELDOM_S = 1.0
"""How often it is looked for what is seldom there: a definition that changed, a day that was judged unusual."""
LOG_S = 1.0
"""So long at a time the restatement log is published before cells have their turn again."""


class Publisher:
    """Moves this tier's changed cells to its compacted topic, and says that it is alive."""

    def __init__(
        self,
        database: Database,
        broker: At,
        tier: Tier,
        counted: Callable[[], datetime | None],
        figures: Iterable[Definition] = (),
    ) -> None:
        self._database = database
        self._tier = tier
        self._counted = counted
        """As of when everything that was said in this tier has been counted; None while nobody knows."""
        self._figures = {one.key: said(tier, one) for one in figures}
        self._voice = Voice(tier)
        self._producer = Producer(broker, self._voice.source + "/cells")
        self._beaten = 0.0
        self._looked = 0.0
        self._doubtful: list[int] = []
        """Cells that were being sent when we were cut off from the database."""

    async def run(self, stop: asyncio.Event) -> None:
        """Waits for leadership, publishes until stopped."""
        backoff, pulse = Backoff(0.2, 5.0), Pulse(EVERY_S)
        while not stop.is_set():
            try:
                await self._in_doubt()
                async with leading(self._database, LOCK) as connection:
                    if connection is not None:
                        await published_definitions.mark(connection, self._figures)
                        while not stop.is_set():
                            published = await self._publish(connection)
                            backoff.reset()
                            await self._meanwhile(connection, published / UNHURRIED)
                            await pulse.wait(stop)
                await pause(STANDBY_S, stop)
            except (Unavailable, KafkaError) as error:
                log.warning("publishing of cells holds: %s", error)
                await self._producer.drop()
                await backoff.wait(stop)
        await self._producer.drop()

    async def _in_doubt(self) -> None:
        """Has cells published again which another may have published before us, in a newer version.

        Readers drop the older one. But the topic is compacted, and keeps for those to come what came last.
        """
        if self._doubtful:
            async with self._database.transaction() as tx:
                await unpublished_store.publish_again(tx, self._doubtful)
            self._doubtful = []

    async def _publish(self, connection: Connection) -> int:
        as_of = self._counted()  # before looking: what was counted by then is found
        cells = await unpublished_store.some(connection, self._tier, BATCH)
        if cells:
            self._doubtful = [row.id for _, row in cells if row.id is not None]
            results = await self._send(connection, [self._outgoing(slot, row) for slot, row in cells])
            sent = [one for one, error in zip(cells, results, strict=True) if error is None]
            await unpublished_store.mark_published(connection, sent)
            self._doubtful = []
            if len(sent) < len(cells):
                raise KafkaError("some cells were not acknowledged")
        now = asyncio.get_running_loop().time()
        if as_of is not None and len(cells) < BATCH and now - self._beaten > HEARTBEAT_S:
            await self._beat(connection, as_of)
            self._beaten = now
        if now - self._looked > SELDOM_S:
            await self._publish_definitions(connection)
            await self._publish_unusual(connection)
            self._looked = now
        return len(cells)

    async def _meanwhile(self, connection: Connection, unhurried: float) -> None:
        """Cells may wait so long, to change again; rows of the log never change, and as many go as there are.

        The log follows the cells it explains: no figure waits for it, and a long one lets cells through each second.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while await self._publish_log(connection) == BATCH and loop.time() - begun < max(unhurried, LOG_S):
            pass
        await heard(connection, asyncio.sleep(max(0.0, unhurried - (loop.time() - begun))))

    async def _beat(self, connection: Connection, as_of: datetime) -> None:
        results = await self._send(connection, [self._voice.heartbeat(as_of)])
        if results[0] is not None:
            raise KafkaError("the heartbeat was not acknowledged")
        await store.note_alive(connection, self._tier, as_of)

    async def _publish_log(self, connection: Connection) -> int:
        rows = await restatement_log.unpublished(connection, BATCH)
        if not rows:
            return 0
        results = await self._send(connection, [self._voice.restated(said) for _, said in rows])
        sent = [number for (number, _), error in zip(rows, results, strict=True) if error is None]
        await restatement_log.mark_published(connection, sent)
        if len(sent) < len(rows):
            raise KafkaError("some rows of the restatement log were not acknowledged")
        return len(rows)

    async def _publish_definitions(self, connection: Connection) -> None:
        """What figures are, and that those are no more which this process does not know."""
        names = await published_definitions.unpublished(connection)
        if not names:
            return
        known = self._figures
        results = await self._send(
            connection,
            [
                self._voice.definition(known[one]) if one in known else self._voice.retired(one)
                for one in names
            ],
        )
        sent = {one for one, error in zip(names, results, strict=True) if error is None}
        await published_definitions.mark_published(connection, sent & known.keys(), sent - known.keys())
        if len(sent) < len(names):
            raise KafkaError("some definitions were not acknowledged")

    async def _publish_unusual(self, connection: Connection) -> None:
        """Days that were judged to be unusual."""
        rows = await unusual_log.unpublished(connection, BATCH)
        if not rows:
            return
        results = await self._send(connection, [self._voice.unusual(mark) for _, mark in rows])
        sent = [number for (number, _), error in zip(rows, results, strict=True) if error is None]
        await unusual_log.mark_published(connection, sent)
        if len(sent) < len(rows):
            raise KafkaError("some unusual days were not acknowledged")

    async def _send(self, connection: Connection, records: list[Outgoing]) -> list[BaseException | None]:
        return await heard(connection, self._producer.send(records))

    def _outgoing(self, slot: Slot, row: Row) -> Outgoing:
        return self._voice.cell(
            MetricCell(
                tier=self._tier,
                area=slot.area,
                day=date.fromisoformat(slot.day),
                category=slot.category,
                channel=slot.channel,
                counts=tuple(row.counts.items()),
                version=row.version,
            )
        )
