"""Every SQL statement of intake."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg import UniqueViolationError

from messaging import rows
from messaging.columns import texts
from messaging.database import Connection
from messaging.errors import LostRace
from schemas.intake import IncidentReported


async def save_reports(tx: Connection, reports: Sequence[IncidentReported], now: datetime) -> None:
    """Writes accepted reports, without anything personal."""
    await rows.add(
        tx,
        "report",
        (
            "incident_id", "source", "area", "category", "channel", "severity", "occurred_at", "backfill",
            "recorded_at",
        ),
        [
            (
                one.incident_id, one.source, one.area, one.category, one.channel, one.severity, one.occurred_at,
                one.backfill, now,
            )
            for one in reports
        ],
    )  # fmt: skip


async def known(tx: Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """Which (source, id) pairs have been seen, with the digest of what they carried."""
    rows = await tx.fetch(
        """
        select source, id, digest from submission
        join unnest(texts($1), texts($2)) as given (source, id) using (source, id)
        """,
        texts([source for source, _ in names]),
        texts([name for _, name in names]),
    )
    return {(row["source"], row["id"]): row["digest"] for row in rows}


async def remember(tx: Connection, seen: Mapping[tuple[str, str], bytes]) -> None:
    """Notes new (source, id) pairs. Raises `LostRace` if another consumer noted one of them meanwhile."""
    try:
        await tx.copy_records_to_table(
            "submission",
            columns=("source", "id", "digest"),
            records=[(*name, digest) for name, digest in seen.items()],
        )
    except UniqueViolationError as error:
        raise LostRace("another consumer let one of these in") from error


class Happening(NamedTuple):
    """One event of a report's timeline."""

    incident_id: str
    topic: str
    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime


class Linking(NamedTuple):
    """A report that is handled together with a lead, since when."""

    incident_id: str
    lead: str
    recorded_at: datetime


async def save_links(tx: Connection, links: Sequence[Linking]) -> None:
    """Notes the leads of reports made at this tier, whose timelines these reports follow from now on."""
    await tx.execute(
        """
        insert into link (incident_id, lead, recorded_at)
        select n.* from unnest($1::text[], $2::text[], $3::timestamptz[]) as n (incident_id, lead, recorded_at)
        join report using (incident_id)
        """,
        [one.incident_id for one in links],
        [one.lead for one in links],
        [one.recorded_at for one in links],
    )


async def save_timeline(tx: Connection, happenings: Sequence[Happening]) -> None:
    """Adds events to the timelines of reports made at this tier, and of their leads; others are passed over.

    Each comes once: were another consumer to add the same, the guard would undo one of the two transactions.
    """
    known = await tx.fetch(
        """
        select incident_id from report where incident_id = any(texts($1))
        union all select lead from link where lead = any(texts($1))
        """,
        texts({one.incident_id for one in happenings}),
    )
    ours = {row["incident_id"] for row in known}
    await rows.add(
        tx,
        "timeline",
        Happening._fields,
        [one for one in happenings if one.incident_id in ours],
    )


async def report(
    connection: Connection, incident_id: str, within: str | None = None
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """A report and its timeline in the order things happened, or None; also None where it is not within an area.

    What happened to a lead since it was linked has in `since` when that was.
    """
    row = await connection.fetchrow(
        "select * from report where incident_id = $1 and ($2::text is null or area ^@ $2)",
        incident_id,
        within,
    )
    if row is None:
        return None
    rows = await connection.fetch(
        """
        select topic, type, occurred_at, recorded_at, null as since, seq from timeline where incident_id = $1
        union all
        select t.topic, t.type, t.occurred_at, t.recorded_at, l.recorded_at, t.seq
        from link l join timeline t on t.incident_id = l.lead and t.recorded_at > l.recorded_at
        where l.incident_id = $1 order by recorded_at, topic, seq
        """,
        incident_id,
    )
    return dict(row), [dict(one) for one in rows]
