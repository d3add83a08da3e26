"""Every SQL statement of intake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from messaging.database import Connection
from messaging.errors import LostRace
from schemas.intake import IncidentReported


async def save_reports(tx: Connection, reports: Sequence[IncidentReported], now: datetime) -> None:
    """Writes accepted reports, without anything personal."""
    await tx.execute(
        """
        insert into report (incident_id, source, area, category, channel, severity, occurred_at, backfill, recorded_at)
        select *, $9 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::timestamptz[], $8::boolean[])
        """,
        [one.incident_id for one in reports],
        [one.source for one in reports],
        [one.area for one in reports],
        [one.category for one in reports],
        [one.channel for one in reports],
        [one.severity for one in reports],
        [one.occurred_at for one in reports],
        [one.backfill for one in reports],
        now,
    )


async def save_secret(tx: Connection, incident_id: str, key_id: str, sealed: tuple[bytes, bytes]) -> None:
    """Writes one report's personal data, encrypted."""
    await tx.execute(
        "insert into vault (incident_id, key_id, nonce, ciphertext) values ($1, $2, $3, $4)",
        incident_id,
        key_id,
        *sealed,
    )


async def known(tx: Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Which (source, id) pairs have been seen, with the digest of what they carried."""
    rows = await tx.fetch(
        """
        select source, id, digest from submission
        join unnest($1::text[], $2::text[]) as given (source, id) using (source, id)
        """,
        [source for source, _ in names],
        [name for _, name in names],
    )
    return {(row["source"], row["id"]): row["digest"] for row in rows}


async def remember(tx: Connection, seen: Mapping[tuple[str, str], bytes]) -> None:
    """Notes new (source, id) pairs. Raises `LostRace` if another consumer noted one of them meanwhile."""
    status = await tx.execute(
        """
        insert into submission (source, id, digest)
        select * from unnest($1::text[], $2::text[], $3::bytea[]) as new (source, id, digest) order by 1, 2
        on conflict do nothing
        """,
        [source for source, _ in seen],
        [name for _, name in seen],
        list(seen.values()),
    )
    if int(status.rpartition(" ")[2]) != len(seen):
        raise LostRace("another consumer let one of these in")


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a report's timeline."""

    incident_id: str
    topic: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime


async def save_timeline(tx: Connection, happenings: Sequence[Happening]) -> None:
    """Adds events to the timelines of reports made at this tier; other reports' events are passed over."""
    await tx.execute(
        """
        insert into timeline (incident_id, topic, seq, type, occurred_at, recorded_at)
        select e.* from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[])
            as e (incident_id, topic, seq, type, occurred_at, recorded_at)
        where exists (select from report r where r.incident_id = e.incident_id)
        on conflict do nothing
        """,
        [one.incident_id for one in happenings],
        [one.topic for one in happenings],
        [one.seq for one in happenings],
        [one.type for one in happenings],
        [one.occurred_at for one in happenings],
        [one.recorded_at for one in happenings],
    )


async def report(
    connection: Connection, incident_id: str
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """A report and its timeline in the order things happened, or None."""
    row = await connection.fetchrow("select * from report where incident_id = $1", incident_id)
    if row is None:
        return None
    rows = await connection.fetch(
        """
        select topic, type, occurred_at, recorded_at from timeline
        where incident_id = $1 order by recorded_at, topic, seq
        """,
        incident_id,
    )
    return dict(row), [dict(one) for one in rows]
