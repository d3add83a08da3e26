"""A database that was restored from a backup may be behind what has been said: then nothing starts on it.

It would draw numbers again that its readers have seen, and they would drop other events as repetitions: a silent loss.
And what its readers had applied since the backup would be passed over, because Kafka says that they have read it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from messaging.broker import At
from messaging.cloudevents import sequence_of
from messaging.database import Connection, Database
from messaging.envelope import Record, Stream
from messaging.errors import CannotStart
from messaging.guard import text_of
from messaging.leader import heard
from messaging.pace import Backoff
from messaging.tails import Span, Tails
from schemas.topics import TOPICS, Topic

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""How long a start waits for the broker to say what was said."""
LAST = 100
"""Records looked at of each partition. What a lost transaction said is the last of its partition: only what was said
after the backup, or is being said again, can lie behind it."""
HOW = "see docs/operate/reconcile.md, a database that is behind; `fengqiao recover` says what is missing, and mends it"


class DatabaseBehind(CannotStart):
    """The database lacks what it has said, or applied."""


class Fence:
    """What a service's database is compared with before anything begins: its own topics, and how far its groups are."""

    def __init__(
        self, broker: At, source: str, permitted: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._broker = broker
        self._permitted = permitted
        """Raises while the broker forbids what our work needs: the library's readers would fall silent over it."""
        self.source = source
        """Who the service is as a writer."""
        self._written = [one.name for one in TOPICS.values() if one.source == source and one.sequenced]
        self._groups: dict[str, list[str]] = {}
        self._unasked = False
        """Whether the broker was away when everything began."""

    def reads(self, group: str, topics: Iterable[Topic]) -> None:
        """Adds a group of the service; only what is numbered can be compared."""
        if numbered_topics := [one.name for one in topics if one.sequenced]:
            self._groups[group] = numbered_topics

    async def check(self, connection: Connection) -> None:
        """Before a start. Raises `DatabaseBehind`.

        While the broker is away nothing can be known. Then the door opens all the same: nothing is sent before the
        relay has looked, and nothing read before `joining` has.
        """
        backoff = Backoff(0.2, 2.0)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._level(connection):
                    await backoff.wait(asyncio.Event())
        except TimeoutError:
            self._unasked = True
            log.warning("the broker does not say what was said: nothing is sent or read before that is known")

    def joining(
        self, start: Callable[[], Awaitable[None]], database: Database
    ) -> Callable[[], Awaitable[None]]:
        """What starts a reader, but not before how far its group is has been looked at.

        It raises `DatabaseBehind`, `KafkaError`, `OSError`, `Unavailable`, and may then be called again.
        """

        async def joined() -> None:
            if self._permitted is not None:
                await self._permitted()
            if self._unasked:
                async with asyncio.timeout(PATIENCE_S), database.connection() as connection:
                    await self._heard(connection)
            await start()

        return joined

    async def _level(self, connection: Connection) -> bool:
        try:
            await self.said(connection)
            await self._heard(connection)
        except (KafkaError, OSError) as error:
            log.info("the topics cannot be looked at: %s", error)
            return False
        return True

    async def said(self, connection: Connection) -> None:
        """Raises `DatabaseBehind`, `KafkaError`. Topics are asked first: what is there had been committed before."""
        if not self._written:
            return
        said = await heard(connection, self._last_said())  # a leader that is silent would be cut off
        if lost := behind(said, await drawn(connection, said)):
            raise DatabaseBehind(_told("has said", lost))

    async def _last_said(self) -> dict[Stream, int]:
        async with Tails(self._broker) as tails:
            return await _last(tails, await tails.spans(await tails.places(*self._written)))

    async def _heard(self, connection: Connection) -> None:
        """What a group has committed had been applied before."""
        for group, topics in self._groups.items():
            async with Tails(self._broker, group) as tails:
                passed = await _last(tails, await tails.passed(await tails.places(*topics)))
            if lost := behind(passed, await applied(connection, passed)):
                raise DatabaseBehind(_told("has applied, and its group has committed,", lost))


async def _last(tails: Tails, spans: Mapping[TopicPartition, Span]) -> dict[Stream, int]:
    """The highest number of each stream among the last records."""
    ends = {one: (max(begin, end - LAST), end) for one, (begin, end) in spans.items()}
    highest: dict[Stream, int] = {}
    async for records in tails.read(ends):
        for stream, seq in filter(None, map(numbered, records)):
            highest[stream] = max(seq, highest.get(stream, 0))
    return highest


def numbered(record: Record) -> tuple[Stream, int] | None:
    """The place a record claims, when its writer's signature is in order; others are dead letters anywhere.

    As is one whose key no database of ours can hold: whose it is cannot be asked for.
    """
    seq, key = sequence_of(record, TOPICS[record.topic]), text_of(record.key)
    if seq is None or key.encode() != record.key:
        return None
    return Stream(record.topic, key), seq


def behind(there: Mapping[Stream, int], here: Mapping[Stream, int]) -> list[tuple[Stream, int]]:
    """The streams of which the database knows less than is there, each with the number that is there."""
    return [(stream, seq) for stream, seq in there.items() if seq > here.get(stream, 0)]


def _told(did: str, lost: Sequence[tuple[Stream, int]]) -> str:
    stream, seq = lost[0]
    return (
        f"the database is behind: it does not know what it {did}: {stream.topic} {stream.key}/{seq}"
        f" ({len(lost)} such incidents among the last records). Was it restored from a backup? Nothing was started;"
        f" {HOW}"
    )


async def drawn(connection: Connection, streams: Collection[Stream]) -> dict[Stream, int]:
    """The last number drawn of each stream."""
    rows = await connection.fetch(
        """
        select topic, key, last_seq from sequence
        join unnest($1::text[], $2::text[]) as wanted (topic, key) using (topic, key)
        """,
        [one.topic for one in streams],
        [one.key for one in streams],
    )
    return {Stream(row["topic"], row["key"]): row["last_seq"] for row in rows}


async def applied(connection: Connection, streams: Mapping[Stream, int]) -> dict[Stream, int]:
    """How far each stream was applied; where something waits in it, all that came was dealt with."""
    rows = await connection.fetch(
        """
        select topic, key, last_seq, waiting from guard
        join unnest($1::text[], $2::text[]) as wanted (topic, key) using (topic, key)
        """,
        [one.topic for one in streams],
        [one.key for one in streams],
    )
    found = {Stream(row["topic"], row["key"]): row for row in rows}
    return {one: streams[one] if row["waiting"] else row["last_seq"] for one, row in found.items()}
