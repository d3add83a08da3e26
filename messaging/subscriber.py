"""Kafka's side of reading: FastStream delivers raw batches, and offsets are committed only after the database."""

import asyncio
import logging
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError
from faststream.kafka.annotations import KafkaMessage
from faststream.kafka.message import KafkaAckableMessage

from messaging.broker import At, Broker
from messaging.careful import Careful, Polled
from messaging.consuming import RAW_BATCHES, consuming
from messaging.envelope import Record
from messaging.errors import Unavailable
from messaging.health import Health
from messaging.inbox import Inbox, Reading
from messaging.logs import frames
from messaging.membership import Membership
from messaging.pace import Backoff
from messaging.patient import Patient
from messaging.questions import Questions
from messaging.spans import applying, given_up, happened
from messaging.stages import stage
from messaging.telemetry import batch_events, exemplar

log = logging.getLogger(__name__)

LAG_S = 10.0
"""How long the broker is given to say how far a topic goes."""
REACH_S = 3.0
Ends = dict[TopicPartition, int]
"""Offset after the last record, by partition."""


class Subscriber:
    """One consumer group member for all topics a service reads."""

    def __init__(self, broker: At, group: str, reading: Reading, inbox: Inbox, health: Health) -> None:
        self._bootstrap, self._group = Broker.at(broker).bootstrap, group
        self.condition = f"consumer {group}"
        """Under which name our health says whether this reader works: a process may have several."""
        self._inbox = inbox
        self._health = health
        self._stopping = asyncio.Event()
        self._questions = Questions(LAG_S)
        self._moves = 0
        """Counts successful commits and assignments."""
        self.held = False
        """Waiting for a dependency, or out of budget: no progress is expected."""
        self._joined = False
        """Whether the group has told us our share, be it empty."""
        self._in_hand = 0
        self._next: dict[TopicPartition, int] = {}
        """The offset after the last one applied here; going back to an old one is harmless."""
        self._membership = Membership(self._assigned)
        self._topics = tuple(topic.name for topic in reading.topics)
        self._broker = consuming(Broker.at(broker), group)
        self._subscription = self._broker.subscriber(
            *self._topics,
            group_id=group,
            listener=self._membership,
            parser=self._raw,
            decoder=_undecoded,
            **RAW_BATCHES,
        )
        self._subscription(self._on_batch)

    async def start(self) -> None:
        """Joins the group; raises `KafkaError` when the broker does not answer, and may then be called again."""
        try:
            await self._broker.start()
        except BaseException:
            await self._broker.stop()
            raise
        consumer = self._consumer()
        careful = Careful(consumer, self._resume)
        patient = Patient(consumer, careful.getmany, self._stopping.is_set)

        async def getmany(
            *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
        ) -> Polled:
            polled = await patient.getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            # At once: from here on their offsets count as passed.
            self._in_hand = sum(len(records) for records in polled.values())
            return polled

        consumer.getmany = getmany

    async def stop(self) -> None:
        """Finishes the batch in hand, commits it, leaves the group."""
        self._stopping.set()
        self._questions.end()
        await self._broker.stop()

    async def _raw(self, batch: tuple[ConsumerRecord[Any, Any], ...]) -> KafkaAckableMessage:
        """A parser that cannot fail: it looks at nothing."""
        return KafkaAckableMessage(body=b"", raw_message=batch, consumer=self._consumer())

    async def _on_batch(self, message: KafkaMessage) -> None:
        """Never raises: a batch is applied, or held until it can be."""
        records = message.raw_message
        assert isinstance(records, tuple)
        with applying(self._group, len(records)):
            if await self._apply(records):
                await self._commit(records)
            else:
                given_up("stopped")
        self._in_hand = 0

    async def _apply(self, records: tuple[ConsumerRecord[Any, Any], ...]) -> bool:
        """Applies the batch, however long the database is away; False when we stop before it worked."""
        raw = [_record(one) for one in records]
        batch_events.observe(len(raw), exemplar())
        backoff = Backoff(0.1, 5.0)
        while not self._stopping.is_set():
            if self._inbox.budget.spent:
                self._hold("dead-letter budget spent: look at `fengqiao dead-letters list`, then restart")
                await backoff.wait(self._stopping)
                continue
            try:
                await self._inbox.apply(raw)
            except Unavailable as error:
                self._hold(str(error))
                await backoff.wait(self._stopping)
            except Exception as bug:  # noqa: BLE001 - raised from here, the next commit would pass over the batch
                log.error("a batch can be neither applied nor buried", extra=frames(bug))  # noqa: TRY400 - no values
                self._hold(f"a bug, {type(bug).__name__}: see the log of the service")
                await backoff.wait(self._stopping)
            else:
                self.held = False
                self._health.set(self.condition, ok=True)
                return True
        return False

    def _hold(self, why: str) -> None:
        if not self.held:
            log.warning("consuming is held: %s", why)
            happened("held")
        self.held = True
        self._health.set(self.condition, ok=False, why=why)

    async def _commit(self, records: tuple[ConsumerRecord[Any, Any], ...]) -> None:
        """Commits exactly what was applied; a failure is harmless, the guard drops what comes again."""
        offsets: dict[TopicPartition, int] = {}
        for one in records:
            offsets[TopicPartition(one.topic, one.partition)] = one.offset + 1
        self._next.update(offsets)
        try:
            with stage("offsets"):
                await self._consumer().commit(offsets)
        except KafkaError as error:
            log.warning("offsets were not committed, their records will come again: %s", type(error).__name__)
        else:
            self._moves += 1

    async def _resume(self, partition: TopicPartition) -> int:
        """Where reading must go on so that nothing is passed over."""
        if partition in self._next:
            return self._next[partition]
        committed: int | None = await self._consumer().committed(partition)
        if committed is not None:
            return committed
        beginnings: dict[TopicPartition, int] = await self._consumer().beginning_offsets([partition])
        return beginnings[partition]

    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscription.consumer
        assert consumer is not None, "a batch cannot come before the start"
        return consumer

    def _assigned(self, joined: bool) -> None:  # noqa: FBT001 - a callback
        self._joined = joined
        self._moves += joined

    @property
    def progress(self) -> int:
        """Grows with whatever gets on, be it a part of a batch that had to be split: the watchdog compares."""
        return self._moves + self._inbox.stood

    async def lag(self) -> int | None:
        """How many records of our share are not yet applied; None while that cannot be known."""
        consumer = self._subscription.consumer
        if consumer is None or not self._joined:
            return None
        try:
            async with self._questions.ask():
                assigned = sorted(consumer.assignment())
                ends = await consumer.end_offsets(assigned) if assigned else {}
                places = {one: await consumer.position(one) for one in assigned}
        except (KafkaError, TimeoutError):
            return None
        behind: int = sum(max(0, end - places[one]) for one, end in ends.items())
        return self._in_hand + behind

    async def ends(self) -> Ends:
        """How far our topics go now, all partitions, whoever reads them. Raises `KafkaError`, `TimeoutError`."""
        consumer = self._member()
        places = {topic: consumer.partitions_for_topic(topic) for topic in self._topics}
        if not all(places.values()):
            raise KafkaConnectionError("a topic is not known yet")
        async with self._questions.ask():
            ends: Ends = await consumer.end_offsets(
                [TopicPartition(topic, one) for topic, found in places.items() for one in sorted(found or ())]
            )
        return ends

    async def passed(self, ends: Ends) -> bool:
        """Whether our group has applied everything before these ends. Raises `KafkaError`, `TimeoutError`."""
        consumer = self._member()
        async with self._questions.ask():
            # One request; the public way asks for one partition at a time.
            found = await consumer._coordinator.fetch_committed_offsets(sorted(ends))  # noqa: SLF001
            behind = [one for one, end in ends.items() if one not in found or found[one].offset < end]
            beginnings: Ends = await consumer.beginning_offsets(behind) if behind else {}
        return all(beginnings[one] >= ends[one] for one in behind)  # nothing is there to be read

    def _member(self) -> AIOKafkaConsumer:
        if (consumer := self._subscription.consumer) is None or not self._joined:
            raise KafkaConnectionError("we are no member of the group at the moment")
        return consumer

    async def reachable(self) -> bool:
        """Whether a broker listens, without asking our client: it may be what is broken."""
        for address in self._bootstrap.split(","):
            host, _, port = address.strip().rpartition(":")
            try:
                async with asyncio.timeout(REACH_S):
                    _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                continue
            writer.close()
            return True
        return False


async def _undecoded(message: KafkaMessage) -> bytes:
    del message
    return b""


def _record(one: ConsumerRecord[Any, Any]) -> Record:
    return Record(one.topic, one.partition, one.offset, one.key, one.headers, one.value)
