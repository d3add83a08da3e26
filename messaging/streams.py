"""Every statement on where streams stand: guard rows and the events that wait; each serves a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from asyncpg import UniqueViolationError

from messaging.cloudevents import from_json, to_json
from messaging.columns import numbers, texts
from messaging.database import Connection
from messaging.envelope import Guarded, Message, Record, Stream
from messaging.errors import LostRace


async def advance(tx: Connection, runs: Mapping[Stream, tuple[int, int]]) -> datetime:
    """Moves streams past the numbers that came, unread: from just before the first to the last. The database clock.

    Raises `LostRace` when one of them stands elsewhere or something waits in it; then the transaction is void.
    """
    known = [(one.topic, one.key, first - 1, last) for one, (first, last) in runs.items() if first > 1]
    new = [(one.topic, one.key, last, False) for one, (first, last) in runs.items() if first <= 1]
    (row,) = await tx.fetch(
        _ADVANCE,
        texts([topic for topic, _, _, _ in known]),
        texts([key for _, key, _, _ in known]),
        numbers(before for _, _, before, _ in known),
        numbers(last for _, _, _, last in known),
    )
    if row["moved"] != len(known):
        raise LostRace("a stream of this batch stands elsewhere")
    await _begin(tx, new)
    now: datetime = row["now"]
    return now


_ADVANCE = """
    with moved as (
        update guard set last_seq = new.last_seq
        from unnest(texts($1), texts($2), numbers($3), numbers($4)) as new (topic, key, last_before, last_seq)
        where (guard.topic, guard.key, guard.last_seq) = (new.topic, new.key, new.last_before) and not guard.waiting
        returning 1
    )
    select now() as now, (select count(*) from moved) as moved
"""


async def read(tx: Connection, streams: Iterable[Stream]) -> Guarded:
    """Where these streams stand, and the database clock.

    Streams in which something waits are locked: what waits is in another table, where nobody sees that it was joined.
    The others are not: `store` notices who was faster.
    """
    seen = await _places(tx, list(set(streams)), _SEEN)
    if not seen.waiting:
        return seen
    locked = await _places(tx, sorted(seen.waiting), _LOCKED)
    return Guarded(seen.now, seen.last | locked.last, locked.waiting)


_COLUMNS = ("topic", "key", "last_seq", "waiting")
_SEEN = """
    select now() as now, g.place, g.last_seq, g.waiting
    from (select 1) as one left join (
        select place, last_seq, waiting from guard
        join unnest($1::text[], $2::text[]) with ordinality as wanted (topic, key, place) using (topic, key)
    ) as g on true
"""
_LOCKED = """
    select now() as now, place, last_seq, waiting from guard
    join unnest($1::text[], $2::text[]) with ordinality as wanted (topic, key, place) using (topic, key)
    order by topic, key for update of guard
"""


async def _places(tx: Connection, streams: Sequence[Stream], query: str) -> Guarded:
    rows = await tx.fetch(query, [one.topic for one in streams], [one.key for one in streams])
    found = [(streams[place - 1], last, waits) for _, place, last, waits in rows if place is not None]
    return Guarded(
        rows[0]["now"],
        {stream: last for stream, last, _ in found},
        frozenset(stream for stream, _, waits in found if waits),
    )


async def store(
    tx: Connection, guarded: Guarded, moved: Mapping[Stream, int], waiting: AbstractSet[Stream]
) -> None:
    """Writes the new state of every stream that moved, or in which events began or ceased to wait.

    Raises `LostRace` when another consumer moved one of them since it was read: then nothing of this batch stands.
    """
    touched = sorted(moved.keys() | (waiting ^ guarded.waiting))
    await _move(tx, [one for one in touched if one in guarded.last], guarded, moved, waiting)
    begun = [one for one in touched if one not in guarded.last]
    await _begin(tx, [(one.topic, one.key, moved.get(one, 0), one in waiting) for one in begun])


async def _move(
    tx: Connection,
    known: Sequence[Stream],
    guarded: Guarded,
    moved: Mapping[Stream, int],
    waiting: AbstractSet[Stream],
) -> None:
    if not known:
        return
    status = await tx.execute(
        """
        update guard set last_seq = new.last_seq, waiting = new.waiting
        from unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::bigint[], $6::boolean[])
            as new (topic, key, last_seq, waiting, last_before, waiting_before)
        where (guard.topic, guard.key, guard.last_seq, guard.waiting)
            = (new.topic, new.key, new.last_before, new.waiting_before)
        """,
        [one.topic for one in known],
        [one.key for one in known],
        [moved.get(one, guarded.last[one]) for one in known],
        [one in waiting for one in known],
        [guarded.last[one] for one in known],
        [one in guarded.waiting for one in known],
    )
    if int(status.rpartition(" ")[2]) != len(known):
        raise LostRace("another consumer moved a stream of this batch")


async def _begin(tx: Connection, rows: Sequence[tuple[str, str, int, bool]]) -> None:
    """New guard rows. Raises `LostRace` when there is one already."""
    if not rows:
        return
    try:
        await tx.copy_records_to_table("guard", columns=_COLUMNS, records=rows)
    except UniqueViolationError as error:
        raise LostRace("another consumer began a stream of this batch") from error


async def held_of(tx: Connection, streams: Sequence[Stream]) -> list[Record]:
    """The waiting events of some streams, in order."""
    rows = await tx.fetch(
        """
        select topic, record, value from held
        join unnest($1::text[], $2::text[]) as wanted (topic, key) using (topic, key)
        order by topic, key, seq
        """,
        [one.topic for one in streams],
        [one.key for one in streams],
    )
    return [_held(from_json(row["topic"], row["record"], row["value"])) for row in rows]


def _held(record: Record) -> Record:
    return Record(
        record.topic, record.partition, record.offset, record.key, record.headers, record.value, held=True
    )


async def hold(tx: Connection, messages: Sequence[Message]) -> None:
    """Keeps events until their turn; one that waits already is left as it is."""
    await tx.execute(
        """
        insert into held (topic, key, seq, record, value)
        select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bytea[])
        on conflict do nothing
        """,
        [one.record.topic for one in messages],
        [one.stream.key if one.stream else "" for one in messages],
        [one.seq for one in messages],
        [to_json(one.record) for one in messages],
        [one.record.value for one in messages],
    )


async def release(tx: Connection, messages: Sequence[Message]) -> None:
    """Forgets waiting events that were applied, turned out to be duplicates, or became dead letters."""
    await tx.execute(
        """
        delete from held using unnest($1::text[], $2::text[], $3::bigint[]) as gone (topic, key, seq)
        where (held.topic, held.key, held.seq) = (gone.topic, gone.key, gone.seq)
        """,
        [one.record.topic for one in messages],
        [one.stream.key if one.stream else "" for one in messages],
        [one.seq for one in messages],
    )
