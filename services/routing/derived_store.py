"""SQL of derivation: which incidents of this tier derive from which."""

from collections.abc import Sequence

from messaging.database import Connection
from services.routing.incident import Incident


async def save(tx: Connection, incidents: Sequence[Incident]) -> None:
    """Writes the origins of these, with one statement. An incident once derived is always derived, from something."""
    derived = [one for one in incidents if one.derived_from is not None]
    if not derived:
        return
    await tx.execute(
        """
        insert into derived (incident_id, origin) select * from unnest($1::text[], $2::text[])
        on conflict (incident_id) do update set origin = excluded.origin where derived.origin <> excluded.origin
        """,
        [one.incident_id for one in derived],
        [one.derived_from for one in derived],
    )


async def ids(connection: Connection, origin: str, within: str | None = None) -> list[str]:
    """The incidents here, within an area, that derive from one, which may itself be at another tier."""
    rows = await connection.fetch(
        """
        select incident_id from derived where origin = $1 and ($2::text is null or exists (
            select from incident i where i.incident_id = derived.incident_id and i.area ^@ $2
        ))
        order by incident_id limit 500
        """,
        origin,
        within,
    )
    return [row["incident_id"] for row in rows]
