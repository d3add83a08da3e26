"""SQL that says how many are open by the day of their report, added up over areas and tiers."""

from datetime import date

from messaging.database import Connection
from services.metrics.backlog import Waiting


async def waiting(connection: Connection, area: str, category: str | None, channel: str | None) -> Waiting:
    """Those of an area and all within it; one pass over its cells, of which most are passed over unparsed."""
    rows = await connection.fetch(
        """
        select day, coalesce(sum((counts->>'cohort.open')::bigint), 0)::bigint as waiting,
            coalesce(sum((counts->>'open')::bigint), 0)::bigint as open
        from cell
        where area like $1 || '%' and strpos(counts::text, 'open"') > 0
            and ($2::text is null or category = $2) and ($3::text is null or channel = $3)
        group by day
        """,
        area,
        category,
        channel,
    )
    by_day = {date.fromisoformat(row["day"]): row["waiting"] for row in rows if row["waiting"]}
    return Waiting(by_day, sum(row["open"] for row in rows))
