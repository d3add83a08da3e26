"""Counts a tier's figures again from the first event, beside the running service, and corrects what differs."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from messaging.broker import At
from messaging.cloudevents import decode
from messaging.database import Connection, Database
from messaging.envelope import Record
from messaging.errors import Rejected
from schemas.base import Tier
from schemas.topics import TOPICS, Topic, topics_read_by
from services.metrics.facts import LISTENS_TO, added
from services.metrics.rebuild import marks, standing
from services.metrics.rebuild.compared import Compared
from services.metrics.rebuild.derived import Derived, tables
from services.metrics.rebuild.positions import Hole, Positions
from services.metrics.rebuild.reading import History, Incomplete, Share, history_of
from services.metrics.rebuild.rowsets import Counted

log = logging.getLogger(__name__)

TRIES = 5
"""How often corrections are tried: each time the service was faster with one of the cells, nothing was changed."""
PAUSE_S = 0.2
PASSES = 3
TOGETHER = 32
"""Events that are decoded before they are counted. Of a few, everything is still in the processor's cache; to count
3,000 after they had been decoded cost a third more."""
WANTED = {event.type: event for event in LISTENS_TO}
Tell = Callable[[str, int, int], None]
"""Told of what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class House:
    """Where one tier's figures and the history they come from are, and where a day begins."""

    tier: Tier
    dsn: str
    kafka: At
    zone: tzinfo


@dataclass(slots=True)
class Found:
    """What a rebuild read, and what it found."""

    tier: Tier
    records: int = 0
    events: int = 0
    """Of those, each counted once."""
    incidents: int = 0
    repeated: int = 0
    unreadable: int = 0
    """Records that are none of our events; the service has them among its dead letters."""
    ahead: int = 0
    """Records the service has not applied yet: it will."""
    tables: list[Compared] = field(default_factory=list)
    corrected: bool = False

    @property
    def same(self) -> bool:
        """Whether everything that stood says what the events say."""
        return not any(one.differing for one in self.tables)


def topics_of(tier: Tier) -> tuple[Topic, ...]:
    """The topics a tier's figures are counted from."""
    return tuple(one for one in topics_read_by("metrics", tier) if one.sequenced)


async def rebuild(house: House, tell: Tell, *, check: bool = False) -> Found:
    """Counts again; with `check` nothing is changed. Raises `Incomplete`, `Unavailable`, `KafkaError`."""
    first = found = await _pass(house, tell, check=check)
    passes = 1
    while found.corrected and any(one.again for one in found.tables) and passes < PASSES:
        found = await _pass(house, tell, check=check)
        passes += 1
    return first


async def _pass(house: House, tell: Tell, *, check: bool) -> Found:
    database = Database(house.dsn, name="fengqiao-rebuild", max_size=1, patience=marks.PATIENCE_S)
    await database.connect()
    try:
        async with (
            history_of(house.kafka, [one.name for one in topics_of(house.tier)]) as history,
            database.connection() as connection,
        ):
            return await _Pass(house, history, connection, tell).run(check=check)
    finally:
        await database.close()


class _Pass:
    """One reading of the whole history."""

    def __init__(self, house: House, history: History, connection: Connection, tell: Tell) -> None:
        self._house = house
        self._history = history
        self._connection = connection
        self._tell = tell
        self._tables: Sequence[Derived] = tables(house.tier, house.zone)
        self._found = Found(house.tier)

    async def run(self, *, check: bool) -> Found:
        """Freezes what stands, reads, compares, corrects."""
        before, stands, shares = await self._freeze()
        self._found.incidents = stands.incidents
        whole = sum(one.records for one in shares)
        self._tell("reading", 0, whole)
        for share in shares:
            positions = await standing.positions(self._connection, stands, share.place)
            await self._read(share, positions, whole)
            self._found.repeated += positions.repeated
            self._found.ahead += positions.ahead
            _whole(share, list(positions.holes()))
        self._tell("comparing", 0, 0)
        for table in self._tables:
            await table.lay_aside(self._connection)
            self._found.tables.append(await table.compare(self._connection))
        if not check and not self._found.same:
            self._tell("correcting", 0, 0)
            await self._correct(before)
        return self._found

    async def _freeze(self) -> tuple[int, standing.Standing, list[Share]]:
        """All at one moment: where the service stands, and what it has counted until there; then, where topics end."""
        names = [one.name for one in topics_of(self._house.tier)]
        async with self._connection.transaction(isolation="repeatable_read"):
            before = await marks.last(self._connection)
            # that was the moment: whatever was applied by then is before the ends that are asked for from now on
            shares = asyncio.create_task(self._history.shares())
            try:
                stands = await standing.freeze(self._connection, names, self._history.partitions)
                for table in self._tables:
                    await table.freeze(self._connection)
            except BaseException:
                shares.cancel()
                raise
        return before, stands, await shares

    async def _read(self, share: Share, positions: Positions, whole: int) -> None:
        async for records in self._history.read(share):
            for begin in range(0, len(records), TOGETHER):
                self._count(records[begin : begin + TOGETHER], positions)
            self._found.records += len(records)
            for table in self._tables:
                if table.full:
                    await table.lay_aside(self._connection)
            self._tell("reading", self._found.records, whole)

    def _count(self, records: Sequence[Record], positions: Positions) -> None:
        """As the service does: whatever it could not read is among its dead letters, and was not counted."""
        zone, taken = self._house.zone, 0
        batch = list[Counted]()
        for record in records:
            try:
                message = decode(record, TOPICS[record.topic], WANTED)
            except Rejected:
                self._found.unreadable += 1
                continue
            except Exception as bug:  # noqa: BLE001 - the service buried it all the same
                log.warning("a record upsets the decoder: %s", type(bug).__name__)
                self._found.unreadable += 1
                continue
            if message.stream is None or not positions.takes(message.stream, message.seq):
                continue
            taken += 1
            if message.event is not None:
                batch.append((message, added(message.event, zone)))
        for table in self._tables:
            table.count(batch)
        self._found.events += taken

    async def _correct(self, before: int) -> None:
        """One transaction, tried again where the service was faster; what it said in vain is asked for."""
        since = self._found.events + before
        for left in reversed(range(TRIES)):
            try:
                async with self._connection.transaction():
                    await marks.note(self._connection, before + 1, self._found.events, self._found.tables)
                    for table in self._tables:
                        await table.correct(self._connection, since)
                break
            except Exception as error:
                if not left or not marks.passing(error):
                    raise
                await asyncio.sleep(PAUSE_S)
        self._found.corrected = True


def _whole(share: Share, holes: list[Hole]) -> None:
    """Raises `Incomplete`, naming topic and partition, unless everything that was applied is still there."""
    if not holes:
        return
    one = holes[0]
    begins = {place.topic: begin for place, (begin, _) in share.spans.items()}[one.stream.topic]
    gone = f"; the partition begins at offset {begins}, what was before it is gone" if begins else ""
    raise Incomplete(
        f"{one.stream.topic}, partition {share.place}: {one.stream.key} was counted up to its event {one.last}, and"
        f" {one.first} is not there ({len(holes)} such incidents in this partition){gone}; nothing was changed"
    )
