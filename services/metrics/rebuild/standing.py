"""SQL: where the live service stands at one moment, stream by stream, kept aside by partition while a rebuild lasts.

What is kept aside lies in temporary tables of one connection: whatever ends the rebuild removes them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from aiokafka.partitioner import murmur2

from messaging.database import Connection
from messaging.envelope import Stream
from services.metrics.rebuild.positions import Positions

AT_ONCE = 20_000
Seen = tuple[Stream, int]
_POSITIVE = 0x7FFFFFFF


class Standing(NamedTuple):
    """Where the live service stood when the rebuild began."""

    incidents: int
    discarded: dict[int, list[Seen]]
    """What operators have discarded of each partition: the live service went past it uncounted."""


async def freeze(tx: Connection, topics: Sequence[str], partitions: int) -> Standing:
    """Keeps aside where the streams of some topics stand, as this transaction sees them."""
    await tx.execute("create temp table stand (place int, topic text, key text, last_seq bigint)")
    incidents, before, place = 0, "", 0
    cursor = await tx.cursor(
        "select key, topic, last_seq from guard where topic = any($1::text[]) and last_seq > 0 order by key, topic",
        list(topics),
    )
    while rows := await cursor.fetch(AT_ONCE):
        kept = []
        for key, topic, last in rows:
            if key != before:
                incidents, before, place = incidents + 1, key, place_of(key, partitions)
            kept.append((place, topic, key, last))
        await tx.copy_records_to_table("stand", records=kept)
    return Standing(incidents, await _discarded(tx, topics, partitions))


async def _discarded(tx: Connection, topics: Sequence[str], partitions: int) -> dict[int, list[Seen]]:
    """What was given up and passed: a request that is not carried out yet has not moved the stream."""
    rows = await tx.fetch(
        """
        select distinct d.topic, d.key, d.seq
        from dead_letter d join guard g on g.topic = d.topic and g.key = d.key and d.seq <= g.last_seq
        where d.status in ('discard', 'discarded') and d.topic = any($1::text[])
        """,
        list(topics),
    )
    found: dict[int, list[Seen]] = defaultdict(list)
    for topic, key, seq in rows:
        found[place_of(key, partitions)].append((Stream(topic, key), seq))
    return found


async def positions(connection: Connection, standing: Standing, place: int) -> Positions:
    """The streams of one partition, none of which has been followed yet."""
    rows = await connection.fetch("select topic, key, last_seq from stand where place = $1", place)
    last = {Stream(topic, key): seq for topic, key, seq in rows}
    return Positions(last, standing.discarded.get(place, ()))


def place_of(key: str, partitions: int) -> int:
    """The partition of a key, as every Kafka client computes it."""
    place: int = (murmur2(key.encode()) & _POSITIVE) % partitions
    return place
