"""SQL of deadlines: the next one of each incident."""

from collections.abc import Sequence

from messaging.columns import texts
from messaging.database import Connection
from services.routing.incident import Incident


async def save(tx: Connection, incidents: Sequence[Incident]) -> None:
    """One row per incident that has a timer: the next one; none for the others."""
    every = [(one, one.next_due) for one in incidents]
    running = [(one, timer) for one, timer in every if timer is not None]
    stopped = [one.incident_id for one, timer in every if timer is None]
    if running:
        await tx.execute(
            """
            insert into deadline (incident_id, step, due_at, try_at, provisional)
            select id, step, due_at, due_at, provisional
            from unnest(texts($1), texts($2), texts($3)::timestamptz[], texts($4)::boolean[])
                as d (id, step, due_at, provisional)
            on conflict (incident_id) do update
            set step = excluded.step, due_at = excluded.due_at, try_at = excluded.try_at,
                provisional = excluded.provisional
            """,
            texts([one.incident_id for one, _ in running]),
            texts([timer.step for _, timer in running]),
            texts([timer.due_at.isoformat() for _, timer in running]),
            texts([str(one.may_move) for one, _ in running]),
        )
    if stopped:
        await tx.execute("delete from deadline where incident_id = any(texts($1))", texts(stopped))


async def provisional_ids(connection: Connection, after: str, limit: int) -> list[str]:
    """Incidents one of whose times may still move, in id order after one of them."""
    rows = await connection.fetch(
        "select incident_id from deadline where provisional and incident_id > $1 order by incident_id limit $2",
        after,
        limit,
    )
    return [row["incident_id"] for row in rows]


UNRAISED = """
    select count(*) from deadline
    where try_at <= now() + interval '1 minute' and due_at < now() - interval '1 minute'
"""
"""What met a bug is tried again within a minute, so the index on `try_at` finds all that were not fired."""


async def unraised(connection: Connection) -> int:
    """How many deadlines passed more than a minute ago and were not fired; none, as long as the clock works."""
    number: int = await connection.fetchval(UNRAISED)
    return number
