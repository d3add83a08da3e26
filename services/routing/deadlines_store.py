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
