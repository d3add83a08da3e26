"""SQL that says how many are open by the day of their report, added up over areas and tiers."""

from datetime import date

from messaging.database import Connection
from services.metrics.backlog import Waiting

OPEN_IN_CELLS = """
    select coalesce(sum((counts->>'open')::bigint), 0)::bigint from cell
    where area ^@ $1 and ($2::text is null or category = $2) and ($3::text is null or channel = $3)
"""
OPEN_IN_TOTALS = "select coalesce(sum((counts->>'open')::bigint), 0)::bigint from total where area ^@ $1"


async def waiting(connection: Connection, area: str, category: str | None, channel: str | None) -> Waiting:
    """Those of an area and all within it.

    One pass over its cells: nearly all are of matters that are done and have no such count, which is seen without
    taking them apart.
    """
    rows = await connection.fetch(
        """
        select day, sum((counts->>'cohort.open')::bigint)::bigint as waiting from cell
        where area ^@ $1 and strpos(counts::text, '"cohort.open"') > 0
            and ($2::text is null or category = $2) and ($3::text is null or channel = $3)
        group by day
        """,
        area,
        category,
        channel,
    )
    if category is None and channel is None:
        number = await connection.fetchval(OPEN_IN_TOTALS, area)
    else:
        number = await connection.fetchval(OPEN_IN_CELLS, area, category, channel)
    return Waiting({date.fromisoformat(row["day"]): row["waiting"] for row in rows if row["waiting"]}, number)
