"""Every SQL statement about what devices recorded: items, batches, activities."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from asyncpg import Record, UniqueViolationError
from pydantic import TypeAdapter

from messaging import rows
from messaging.database import Connection
from messaging.errors import LostRace
from schemas.base import Actor
from schemas.intake import ActivityRecorded
from schemas.offline import Differences
from services.intake.items import Kept, Line, State

_CONFLICTS = TypeAdapter(Differences)


async def wait_for_turn(tx: Connection, source: str) -> None:
    """Lets a device's batches in one after the other: the same one may be under way twice."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", source)


async def known(connection: Connection, source: str, ids: Collection[str]) -> dict[str, Kept]:
    """The items of a device that were let in before, of those given."""
    rows = await connection.fetch(
        "select * from item where id = any($1::text[]) and source = $2", list(ids), source
    )
    return {row["id"]: _kept(row) for row in rows}


def _kept(row: Record) -> Kept:
    return Kept(
        id=row["id"],
        digest=row["digest"],
        kind=row["kind"],
        about=row["about"],
        state=row["state"],
        reason=row["reason"],
        conflicts=_CONFLICTS.validate_json(row["conflicts"] or "[]"),
    )


async def keep(tx: Connection, source: str, items: Sequence[Kept], now: datetime) -> None:
    """Writes items that were let in."""
    await rows.add(
        tx,
        "item",
        ("source", "id", "digest", "kind", "about", "state", "recorded_at"),
        [(source, one.id, one.digest, one.kind, one.about, one.state, now) for one in items],
    )


class Outcome(NamedTuple):
    """What became of an action that was let in."""

    source: str
    id: str
    about: str
    state: State
    reason: str | None
    conflicts: str
    """As JSON."""


async def settle(tx: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Notes what became of actions; what is noted once stays."""
    await tx.execute(
        """
        update item i set state = o.state, reason = o.reason, conflicts = o.conflicts, settled_at = $7
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
            as o (source, id, about, state, reason, conflicts)
        where (i.id, i.source) = (o.id, o.source) and i.about = o.about and i.kind = 'action' and i.state = 'accepted'
        """,
        *(list(column) for column in zip(*outcomes, strict=True)),
        now,
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """What a device sent together."""

    batch_id: str
    source: str
    lines: Sequence[Line]
    received_at: datetime


async def save_batch(tx: Connection, batch: Batch) -> None:
    """Writes a batch; the same one sent again may have other lines, when something has been mended meanwhile."""
    lines = [{"id": one.id, "problem": one.problem} for one in batch.lines]
    await tx.execute(
        """
        insert into batch (batch_id, source, lines, received_at) values ($1, $2, $3, $4)
        on conflict (batch_id) do update set lines = excluded.lines
        """,
        batch.batch_id,
        batch.source,
        json.dumps(lines, ensure_ascii=False),
        batch.received_at,
    )


async def batch(connection: Connection, batch_id: str, source: str = "") -> Batch | None:
    """A batch as it was answered, or None; also None where its source does not begin so."""
    row = await connection.fetchrow(
        "select * from batch where batch_id = $1 and starts_with(source, $2)", batch_id, source
    )
    if row is None:
        return None
    lines: list[dict[str, Any]] = json.loads(row["lines"])
    return Batch(row["batch_id"], row["source"], [Line(**one) for one in lines], row["received_at"])


async def areas_of(connection: Connection, incidents: Collection[str]) -> dict[str, str]:
    """The areas of those of these incidents that were reported at this tier."""
    rows = await connection.fetch(
        "select incident_id, area from report where incident_id = any($1::text[])", list(incidents)
    )
    return {row["incident_id"]: row["area"] for row in rows}


async def save_activities(
    tx: Connection, activities: Sequence[tuple[ActivityRecorded, Actor]], now: datetime
) -> None:
    """Writes activities, and who did them. Raises `LostRace` if another consumer wrote one of them meanwhile."""
    columns = (
        "activity_id", "source", "activity", "area", "role", "actor_role", "actor_ref", "occurred_at", "minutes",
        "attendance", "raised", "adopted", "recorded_at",
    )  # fmt: skip
    records = [
        (
            one.activity_id, one.source, one.activity, one.area, one.role, actor.role, actor.ref, one.occurred_at,
            one.minutes, one.attendance, one.raised, one.adopted, now,
        )
        for one, actor in activities
    ]  # fmt: skip
    try:
        await rows.add(tx, "activity", columns, records)
    except UniqueViolationError as error:
        raise LostRace("another consumer recorded one of these") from error
