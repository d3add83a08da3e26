"""What a database lacks that was restored from a backup, and how its service is led back to where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from aiokafka import TopicPartition

from cli.houses import Whose
from cli.reconciling.books import LONG_S, Looked
from cli.reconciling.findings import SHOWN
from messaging.broker import At
from messaging.database import Connection
from messaging.envelope import Record, Stream
from messaging.fence import applied, behind, drawn, numbered
from messaging.tails import Offsets, Tails
from schemas.metrics import MetricCell
from schemas.topics import TOPICS, Topic, groups_of
from services.metrics.known import Slot

AT_ONCE = 5000
CELL = MetricCell.type.encode()
MARGIN = timedelta(hours=1)
"""So much of what other systems sent before the last word of the database is read again: it takes effect once."""


@dataclass(slots=True)
class Lost:
    """Events on a service's own topics that its database does not know."""

    events: int = 0
    incidents: set[Stream] = field(default_factory=set)

    @property
    def examples(self) -> list[str]:
        """The first of the incidents."""
        return [f"{one.topic} {one.key}" for one in sorted(self.incidents)[:SHOWN]]


@dataclass(slots=True)
class Back:
    """Where a group has to go back to, by partition."""

    group: str
    offsets: Offsets = field(default_factory=dict)
    records: int = 0
    """How many it reads again at the most; what it has applied of them it drops."""
    missing: bool = False
    """Whether something was passed over that the database does not know."""


async def lost(broker: At, connection: Connection, whose: Whose, looked: Looked) -> Lost:
    """Everything on the service's own topics that its database does not know. Raises `KafkaError`."""
    found = Lost()
    written = [one.name for one in TOPICS.values() if (one.tier, one.flow.writer) == whose and one.sequenced]
    async with Tails(broker) as tails:
        places = await tails.places(*written)
        async for records in tails.read(await tails.spans(places) if places else {}):
            heard = [one for one in map(numbered, records) if one is not None]
            last = await drawn(connection, {stream for stream, _ in heard})
            unknown = [one for one in heard if one[1] > last.get(one[0], 0)]
            found.events += len(unknown)
            found.incidents |= {stream for stream, _ in unknown}
            looked(len(records))
    return found


async def back(broker: At, connection: Connection, whose: Whose, looked: Looked) -> list[Back]:
    """Where each group goes on so that it passes over nothing. Raises `KafkaError`."""
    found = []
    for group, topics in groups_of(whose[1], whose[0]).items():
        async with Tails(broker, group) as tails:
            one = Back(group)
            numbered_topics = [topic.name for topic in topics if topic.sequenced]
            await _numbered(tails, connection, numbered_topics, one, looked)
            await _others(tails, connection, [topic for topic in topics if not topic.sequenced], one)
            found.append(one)
    return found


async def _numbered(
    tails: Tails, connection: Connection, topics: list[str], into: Back, looked: Looked
) -> None:
    """The first record of each partition that was not applied, of those the group has passed."""
    passed = await tails.passed(await tails.places(*topics))
    async for records in tails.read(passed):
        heard = {(one.topic, one.partition, one.offset): numbered(one) for one in records}
        streams: dict[Stream, int] = {}
        for stream, seq in filter(None, heard.values()):
            streams[stream] = max(seq, streams.get(stream, 0))
        unknown = dict(behind(streams, known := await applied(connection, streams)))
        for (topic, partition, offset), place in heard.items():
            if place is not None and place[0] in unknown and place[1] > known.get(place[0], 0):
                _earlier(into, TopicPartition(topic, partition), offset)
        looked(len(records))
    into.missing = bool(into.offsets)
    into.records += sum(passed[one][1] - offset for one, offset in into.offsets.items())


def _earlier(into: Back, place: TopicPartition, offset: int) -> None:
    into.offsets[place] = min(offset, into.offsets.get(place, offset))


async def _others(tails: Tails, connection: Connection, topics: list[Topic], into: Back) -> None:
    """What is not numbered is read again anyway: from other systems since some time, figures from the first."""
    places = await tails.places(*(one.name for one in topics))
    if not places:
        return
    committed, spans = await tails.committed(places), await tails.spans(places)
    last = await connection.fetchval("select max(recorded_at) from outbox", timeout=LONG_S)
    since = None if last is None else last - MARGIN
    begins = await tails.since(places, since)
    for one, offset in committed.items():
        first = begins[one] if TOPICS[one.topic].cleanup == "delete" else spans[one][0]
        if first < offset:
            _earlier(into, one, first)
            into.records += offset - first


async def programs(connection: Connection, whose: Whose) -> int:
    """How many connections the service's programs have to this database."""
    number: int = await connection.fetchval(
        """
        select count(*) from pg_stat_activity
        where datname = current_database() and split_part(application_name, ' ', 1) = $1
        """,
        "-".join(whose),
    )
    return number


async def lead_back(broker: At, backs: list[Back]) -> None:
    """Sets where the groups go on; they must have no members. Raises `KafkaError`."""
    for one in backs:
        if one.offsets:
            async with Tails(broker, one.group) as tails:
                await tails.commit(one.offsets)


async def overtake(broker: At, tx: Connection, whose: Whose, looked: Looked) -> int:
    """Gives this tier's figures the versions they were last published under: what changes from now on is newer.

    Cells that are only on the topic begin empty and are counted again. Returns how many were published.
    """
    highest: dict[tuple[str, ...], int] = {}
    async with Tails(broker) as tails:
        places = await tails.places(f"{whose[0]}.metrics")
        async for records in tails.read(await tails.spans(places)):
            for slot, version in filter(None, map(published, records)):
                highest[slot] = max(version, highest.get(slot, 0))
            if len(highest) > AT_ONCE:
                await _not_below(tx, whose, highest)
                highest = {}
            looked(len(records))
    await _not_below(tx, whose, highest)
    count: int = await tx.fetchval("select count(*) from cell where tier = $1", whose[0], timeout=LONG_S)
    return count


def published(record: Record) -> tuple[tuple[str, ...], int] | None:
    """The slot of a published cell and its version, as its key and its name say; None for anything else."""
    headers = dict(record.headers)
    if record.key is None or headers.get("ce_type") != CELL or record.value is None:
        return None
    slot = tuple(record.key.decode().split("|"))
    version = (headers.get("ce_id") or b"").decode().rpartition("/")[2]
    return (slot, int(version)) if len(slot) == len(Slot._fields) and version.isdigit() else None


async def _not_below(tx: Connection, whose: Whose, highest: Mapping[tuple[str, ...], int]) -> None:
    await tx.execute(
        """
        insert into cell as c (tier, area, day, category, channel, counts, version)
        select $1, area, day, category, channel, '{}', version
        from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
            as n (area, day, category, channel, version)
        on conflict (area, day, category, channel, tier)
        do update set version = excluded.version where c.version < excluded.version
        """,
        whose[0],
        *([slot[at] for slot in highest] for at in range(len(Slot._fields))),
        list(highest.values()),
        timeout=LONG_S,
    )
