"""The writer's side: events are numbered and stored in the transaction that decided them, and sent afterwards."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from asyncpg import Record
from pydantic_core import to_json

from messaging.backlog import MOST
from messaging.columns import numbers, texts
from messaging.database import Connection
from messaging.envelope import Draft
from messaging.spans import begun

KEPT = timedelta(days=7)
"""How long a sent row stays, so that a wiped broker can be refilled from the database."""
PRUNED = 5000
"""Rows looked at in one transaction when old ones are deleted: some tens of milliseconds."""
LOCK = 0x6B657074
"""Advisory lock of what stays (the letters "kept"): nothing is deleted while somebody asks for it to be sent again."""


LARGEST = 1_000_000
"""Bytes of an event, its headers besides: what every topic takes in a record. A larger one would be refused by the
broker for ever, and whatever else this service has to say would wait behind it."""


_COLUMNS = ("id", "topic", "key", "seq", "type", "occurred_at", "recorded_at", "traceparent", "data")


async def put(tx: Connection, drafts: Sequence[Draft], now: datetime) -> None:
    """Draws each draft's number under its incident's row lock and stores it; `now` is the transaction's clock.

    Raises `ValueError` for one that no broker takes.
    """
    if not drafts:
        return
    upcoming = await _draw(tx, Counter((draft.topic, draft.key) for draft in drafts))
    ids = await _queue(tx, len(drafts))
    traces, rows = begun(drafts), []
    for place, draft in zip(ids, drafts, strict=True):
        seq = upcoming[draft.topic, draft.key]
        upcoming[draft.topic, draft.key] = seq + 1
        rows.append((
            place, draft.topic, draft.key, seq, draft.event.type, draft.occurred_at, now,
            draft.traceparent or traces.get(draft.key), _fitting(to_json(draft.event)),
        ))  # fmt: skip
    await tx.copy_records_to_table("outbox", columns=_COLUMNS, records=rows)


def must_fit(drafts: Sequence[Draft]) -> None:
    """Raises `ValueError` for an event that no broker takes."""
    for one in drafts:
        _fitting(to_json(one.event))


def _fitting(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise ValueError(f"an event of {len(data)} bytes is larger than a topic takes")
    return data


async def _draw(tx: Connection, counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Reserves numbers for each (topic, key), in key order so that writers never deadlock; returns the first."""
    ordered = sorted(counts)
    rows = await tx.fetch(
        """
        insert into sequence as s (topic, key, last_seq)
        select * from unnest(texts($1), texts($2), numbers($3))
        on conflict (topic, key) do update set last_seq = s.last_seq + excluded.last_seq
        returning topic, key, last_seq
        """,
        texts([topic for topic, _ in ordered]),
        texts([key for _, key in ordered]),
        numbers(counts[one] for one in ordered),
    )
    last = {(row["topic"], row["key"]): row["last_seq"] for row in rows}
    return {one: last[one] - counts[one] + 1 for one in ordered}


async def _queue(tx: Connection, count: int) -> list[int]:
    """Places at the end of the queue, in order.

    Taken while the incidents' number rows are locked, so that the events of one incident stay in line.
    """
    rows = await tx.fetch(
        "insert into unsent select nextval('unsent_id_seq') from generate_series(1, $1) returning id", count
    )
    return [row[0] for row in rows]


async def unsent(connection: Connection, limit: int) -> list[Record]:
    """The oldest events not yet sent, in the order they were stored."""
    rows = await connection.fetch(
        """
        select id, topic, key, seq, type, occurred_at, recorded_at, traceparent, data
        from outbox where id = any(array(select id from unsent order by id limit $1)) order by id
        """,
        limit,
    )
    return list(rows)


async def waiting(connection: Connection) -> int:
    """How many events are not yet sent, `backlog.MOST` at most."""
    number: int = await connection.fetchval(
        "select count(*) from (select from unsent limit $1) as seen", MOST
    )
    return number


async def mark_sent(connection: Connection, ids: Sequence[int]) -> None:
    """Notes that the broker has acknowledged these rows."""
    await connection.execute("delete from unsent where id = any(numbers($1))", numbers(ids))


class Pruned(NamedTuple):
    """What became of some rows that were looked at."""

    deleted: int
    upto: int | None
    """The place up to which everything was old: what comes next may be as well. None where the old rows end."""


async def prune(connection: Connection, after: int = 0, limit: int = PRUNED) -> Pruned:
    """Looks at the next rows behind a place and deletes those that were sent and are older than `KEPT`.

    Rows lie by age, so that the first young one ends the search; what a long transaction put behind it is met later.
    """
    async with connection.transaction():
        if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", LOCK):
            return Pruned(0, None)
        [row] = await connection.fetch(
            """
            with looked as materialized (
                select id, recorded_at < now() - $1::interval as old from outbox where id > $2 order by id limit $3
            ), gone as (
                delete from outbox using looked where outbox.id = looked.id and looked.old
                    and not exists (select from unsent where unsent.id = outbox.id)
                returning outbox.id
            )
            select (select count(*) from gone) as deleted,
                (select max(id) from looked having count(*) = $3 and bool_and(old)) as upto
            """,
            KEPT,
            after,
            limit,
        )
    return Pruned(row["deleted"], row["upto"])


async def replay(connection: Connection, topic: str | None, key: str | None, since: datetime | None) -> int:
    """Marks sent rows to be sent again, in their order; readers drop what they have. Returns how many.

    What is being deleted at the same moment stays deleted: a place in the queue without its row would never be sent.
    """
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
        status = await connection.execute(
            """
            insert into unsent select id from outbox
            where ($1::text is null or topic = $1) and ($2::text is null or key = $2)
                and ($3::timestamptz is null or recorded_at >= $3)
            on conflict do nothing
            """,
            topic,
            key,
            since,
        )
    return int(status.rpartition(" ")[2])
