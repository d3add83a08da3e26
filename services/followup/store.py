"""Every SQL statement of followup; revisits travel in sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import UniqueViolationError
from pydantic import TypeAdapter

from messaging import rows
from messaging.columns import texts
from messaging.database import Connection
from messaging.errors import LostRace
from services.followup.state import Revisit, Timer

_ADAPTER = TypeAdapter(Revisit)


async def load(tx: Connection, ids: Iterable[str]) -> dict[str, Revisit]:
    """The present revisits of these incidents, locked in id order until the transaction ends."""
    rows = await tx.fetch(
        "select state from revisit where incident_id = any(texts($1)) order by incident_id for update",
        texts(sorted(set(ids))),
    )
    return {one.incident_id: one for one in (_ADAPTER.validate_json(row["state"]) for row in rows)}


async def save(tx: Connection, revisits: Sequence[Revisit], now: datetime) -> None:
    """Writes revisits and their deadlines, each with one statement. Raises `LostRace`."""
    states = {one.incident_id: _ADAPTER.dump_json(one).decode() for one in revisits}
    rows = await tx.fetch(
        """
        update revisit r set status = n.status, due_at = n.due_at, resolved_at = n.resolved_at, state = n.state,
            updated_at = $6
        from unnest(texts($1), texts($2), $3::timestamptz[], $4::timestamptz[], texts($5))
            as n (incident_id, status, due_at, resolved_at, state)
        where r.incident_id = n.incident_id returning r.incident_id
        """,
        texts(states),
        texts([one.status for one in revisits]),
        [one.due_at for one in revisits],
        [one.resolved_at for one in revisits],
        texts(states.values()),
        now,
    )
    known = {row["incident_id"] for row in rows}
    if new := [one for one in revisits if one.incident_id not in known]:
        await _insert(tx, new, states, now)
    await _set_deadlines(tx, revisits)


async def _insert(tx: Connection, new: Sequence[Revisit], states: Mapping[str, str], now: datetime) -> None:
    try:
        await rows.add(
            tx,
            "revisit",
            ("incident_id", "area", "status", "due_at", "resolved_at", "state", "updated_at"),
            [
                (
                    one.incident_id, one.area, one.status, one.due_at, one.resolved_at, states[one.incident_id], now,
                )
                for one in new
            ],
        )  # fmt: skip
    except UniqueViolationError as error:
        raise LostRace("another consumer planned one of these") from error


async def _set_deadlines(tx: Connection, revisits: Sequence[Revisit]) -> None:
    """One row per incident that has a timer: the next one; none for the others."""
    every = [(one, one.next_due) for one in revisits]
    running = [(one, timer) for one, timer in every if timer is not None]
    stopped = [one.incident_id for one, timer in every if timer is None]
    if running:
        await tx.execute(
            """
            insert into deadline (incident_id, step, due_at, try_at)
            select id, step, due_at, due_at
            from unnest(texts($1), texts($2), texts($3)::timestamptz[]) as d (id, step, due_at)
            on conflict (incident_id) do update
            set step = excluded.step, due_at = excluded.due_at, try_at = excluded.try_at
            """,
            texts([one.incident_id for one, _ in running]),
            texts([timer.step for _, timer in running]),
            texts([timer.due_at.isoformat() for _, timer in running]),
        )
    if stopped:
        await tx.execute("delete from deadline where incident_id = any(texts($1))", texts(stopped))


async def due(tx: Connection, limit: int, only: str | None = None) -> list[tuple[Revisit, Timer]]:
    """Incidents with a date that has passed by the database clock, oldest first, locked; others have the rest."""
    rows = await tx.fetch(
        """
        select r.state, d.step, d.due_at from deadline d join revisit r using (incident_id)
        where d.try_at <= now() and d.due_at <= now() and ($2::text is null or d.incident_id = $2)
        order by d.try_at limit $1 for update of r skip locked
        """,
        limit,
        only,
    )
    return [(_ADAPTER.validate_json(row["state"]), Timer(row["due_at"], row["step"])) for row in rows]


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
        where ($1::text is null or area ^@ $1) and ($2::text is null or status = $2)
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


_ONE = "revisit where incident_id = $1 and ($2::text is null or area ^@ $2)"


async def holds(tx: Connection, incident_id: str, within: str | None) -> bool:
    """Whether there is a revisit of an incident, within an area."""
    return bool(await tx.fetchval(f"select exists (select from {_ONE})", incident_id, within))  # noqa: S608 - a constant


async def one(connection: Connection, incident_id: str, within: str | None = None) -> Revisit | None:
    """The present revisit of one incident, or None; also None where it does not lie within an area."""
    state = await connection.fetchval(f"select state from {_ONE}", incident_id, within)  # noqa: S608 - a constant
    return None if state is None else _ADAPTER.validate_json(state)
