"""SQL of supervision: which incidents are listed, and whose case they are."""

from collections.abc import Sequence

from messaging.database import Connection
from services.routing.incident import Incident


async def save(tx: Connection, incidents: Sequence[Incident]) -> None:
    """Writes who leads which of these, with one statement. An incident once led is always led, by somebody."""
    led = [one for one in incidents if one.leader is not None]
    if not led:
        return
    await tx.execute(
        """
        insert into supervised (incident_id, leader, listed)
        select * from unnest($1::text[], $2::text[], $3::boolean[])
        on conflict (incident_id) do update set leader = excluded.leader, listed = excluded.listed
        """,
        [one.incident_id for one in led],
        [one.leader for one in led],
        [one.listing is not None and one.owned for one in led],
    )
