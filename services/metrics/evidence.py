"""SQL that keeps which incidents stand behind a figure that may be flagged, and finds them again."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from messaging.columns import numbers, texts
from messaging.database import Connection
from services.metrics.gaming import Evidence

EVER = 10_000 * 366 * 24 * 60
"""In minutes: longer than anything took."""


class Place(NamedTuple):
    """The figures of an area, with all in it, from day to day."""

    area: str
    kind: str
    first: str
    last: str
    minutes: int | None = None
    """Only what took no longer than that."""


class Incident(NamedTuple):
    """An incident of this tier: from when until when."""

    incident_id: str
    since: datetime
    until: datetime


async def keep(tx: Connection, found: Collection[Evidence]) -> None:
    """Keeps incidents; one that is kept already stays as it is. Nothing is asked of the database for nothing."""
    if not found:
        return
    kinds, areas, days, incidents, begins, ends = zip(*sorted(set(found)), strict=True)
    await tx.execute(
        """
        insert into evidence (kind, area, day, incident_id, since, until)
        select kind, area, day, incident_id::uuid, since::timestamptz, until::timestamptz
        from unnest(texts($1), texts($2), texts($3), texts($4), texts($5), texts($6))
            as n (kind, area, day, incident_id, since, until)
        on conflict do nothing
        """,
        *(texts(column) for column in (kinds, areas, days, incidents)),
        *(texts([moment.isoformat() for moment in column]) for column in (begins, ends)),
    )


async def behind(
    connection: Connection, places: Collection[Place], limit: int
) -> dict[Place, list[Incident]]:
    """The incidents of each place, those that took the least time first, so many of each at most."""
    if not places:
        return {}
    asked = sorted(places, key=str)
    rows = await connection.fetch(
        """
        select place, incident_id::text, since, until
        from unnest(texts($1), texts($2), texts($3), texts($4), numbers($5)) with ordinality
            as wanted (area, kind, first, last, minutes, place)
        cross join lateral (
            select incident_id, since, until from evidence e
            where e.kind = wanted.kind and e.day between wanted.first and wanted.last
                and e.area ^@ wanted.area and until - since <= wanted.minutes * interval '1 minute'
            order by until - since, incident_id limit $6
        ) as found
        order by place, until - since, incident_id
        """,
        *(texts([str(one[at]) for one in asked]) for at in range(4)),
        numbers(one.minutes or EVER for one in asked),
        limit,
    )
    found: dict[Place, list[Incident]] = {one: [] for one in asked}
    for place, *incident in rows:
        found[asked[place - 1]].append(Incident(*incident))
    return found
