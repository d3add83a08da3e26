"""Every SQL statement about reports that new ones are compared with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from asyncpg import Record

from messaging.database import Connection
from services.intake.duplicates import Compared

Sealed = tuple[bytes, bytes] | None
"""Nonce and ciphertext."""


class Around(NamedTuple):
    """Where and when to look for earlier reports, and whether their sketches are needed."""

    place: str
    category: str
    since: datetime
    until: datetime
    told: bool


async def note(
    tx: Connection,
    new: Sequence[tuple[Compared, Sealed]],
    around: Sequence[Around],
    limit: int,
    now: datetime,
) -> list[Record]:
    """Notes new reports, and finds the newest earlier ones of each place and category, in one statement."""
    rows = await tx.fetch(
        """
        with noted as (
            insert into comparable (
                incident_id, place, area, category, channel, reported_at, nonce, sketch, recorded_at)
            select n.*, $14 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                $7::bytea[], $8::bytea[]) as n
        )
        select * from compared_with($9, $10, $11, $12, $13, $15)
        """,
        *_columns(new),
        [one.place for one in around],
        [one.category for one in around],
        [one.since for one in around],
        [one.until for one in around],
        [one.told for one in around],
        now,
        limit,
    )
    return list(rows)


def _columns(new: Sequence[tuple[Compared, Sealed]]) -> tuple[Sequence[object], ...]:
    return (
        [one.incident_id for one, _ in new],
        [one.place for one, _ in new],
        [one.area for one, _ in new],
        [one.category for one, _ in new],
        [one.channel for one, _ in new],
        [one.reported_at for one, _ in new],
        [sealed and sealed[0] for _, sealed in new],
        [sealed and sealed[1] for _, sealed in new],
    )


async def forget(tx: Connection, older: timedelta, limit: int) -> int:
    """Deletes some reports nobody compares with any more; returns how many."""
    status = await tx.execute(
        """
        delete from comparable where ctid = any(array(
            select ctid from comparable where recorded_at < now() - $1::interval limit $2))
        """,
        older,
        limit,
    )
    return int(status.rpartition(" ")[2])
