"""Every SQL statement of followup; revisits travel in sets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from messaging.database import Connection
from services.followup.revisit import Revisit

_ADAPTER = TypeAdapter(Revisit)


async def load(tx: Connection, ids: Iterable[str]) -> dict[str, Revisit]:
    """The present revisits of these incidents, locked in id order until the transaction ends."""
    rows = await tx.fetch(
        "select state from revisit where incident_id = any($1::text[]) order by incident_id for update",
        sorted(set(ids)),
    )
    return {one.incident_id: one for one in (_ADAPTER.validate_json(row["state"]) for row in rows)}


async def save(tx: Connection, revisits: Sequence[Revisit], now: datetime) -> None:
    """Writes revisits and their deadlines, each with one statement."""
    await tx.execute(
        """
        insert into revisit as r (incident_id, area, status, due_at, resolved_at, state, updated_at)
        select *, $7 from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::jsonb[])
        on conflict (incident_id) do update set status = excluded.status, due_at = excluded.due_at,
            resolved_at = excluded.resolved_at, state = excluded.state, updated_at = excluded.updated_at
        """,
        [one.incident_id for one in revisits],
        [one.area for one in revisits],
        [one.status for one in revisits],
        [one.due_at for one in revisits],
        [one.resolved_at for one in revisits],
        [_ADAPTER.dump_json(one).decode() for one in revisits],
        now,
    )
    running = [one for one in revisits if one.due_at is not None and not one.overdue]
    if running:
        await tx.execute(
            """
            insert into deadline (incident_id, due_at, try_at)
            select id, due_at, due_at from unnest($1::text[], $2::timestamptz[]) as d (id, due_at)
            on conflict (incident_id) do update set due_at = excluded.due_at, try_at = excluded.try_at
            """,
            [one.incident_id for one in running],
            [one.due_at for one in running],
        )
    if len(running) < len(revisits):
        stopped = [one.incident_id for one in revisits if one.due_at is None or one.overdue]
        await tx.execute("delete from deadline where incident_id = any($1::text[])", stopped)


async def due(tx: Connection, limit: int, only: str | None = None) -> list[tuple[Revisit, datetime]]:
    """Revisits whose date has passed by the database clock, oldest first, locked; those in other hands are left."""
    rows = await tx.fetch(
        """
        select r.state, d.due_at from deadline d join revisit r using (incident_id)
        where d.try_at <= now() and ($2::text is null or d.incident_id = $2)
        order by d.try_at limit $1 for update of r skip locked
        """,
        limit,
        only,
    )
    return [(_ADAPTER.validate_json(row["state"]), row["due_at"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of revisits: filters, and the last one of the page before."""

    area: str | None = None
    status: str | None = None
    after: tuple[datetime, str] | None = None
    limit: int = 50


async def page(connection: Connection, wanted: Wanted) -> list[Revisit]:
    """Revisits by date of resolution, oldest first; a filter on area takes the whole subtree."""
    rows = await connection.fetch(
        """
        select state from revisit
        where ($1::text is null or area like $1 || '%') and ($2::text is null or status = $2)
            and ($3::timestamptz is null or (resolved_at, incident_id) > ($3, $4))
        order by resolved_at, incident_id limit $5
        """,
        wanted.area,
        wanted.status,
        wanted.after[0] if wanted.after else None,
        wanted.after[1] if wanted.after else None,
        wanted.limit,
    )
    return [_ADAPTER.validate_json(row["state"]) for row in rows]


async def one(connection: Connection, incident_id: str) -> Revisit | None:
    """The present revisit of one incident, or None."""
    state = await connection.fetchval("select state from revisit where incident_id = $1", incident_id)
    return None if state is None else _ADAPTER.validate_json(state)
