"""Every SQL statement about cells whose present counts are still to be published."""

from collections.abc import Sequence

from messaging.backlog import MOST
from messaging.columns import numbers
from messaging.database import Connection
from schemas.base import Tier
from services.metrics.cells import row_of, slot_of
from services.metrics.known import Row, Slot


async def some(connection: Connection, tier: Tier, limit: int) -> list[tuple[Slot, Row]]:
    """Cells of this tier whose present counts have not been published, so many at most."""
    rows = await connection.fetch(
        """
        select c.id, area, day, category, channel, counts, c.version
        from (select cell from unpublished limit $2) as u join cell c on c.id = u.cell where tier = $1
        """,
        tier,
        limit,
    )
    return [(slot_of(row), row_of(row)) for row in rows]


async def waiting(connection: Connection) -> int:
    """How many cells are still to be published, `backlog.MOST` at most."""
    number: int = await connection.fetchval(
        "select count(*) from (select from unpublished limit $1) as seen", MOST
    )
    return number


async def mark_published(connection: Connection, sent: Sequence[tuple[Slot, Row]]) -> None:
    """Notes what the broker has acknowledged; a cell that changed meanwhile, or is changing, stays to be published."""
    await connection.execute(
        """
        delete from unpublished u
        using (
            select u.cell from unpublished u join unnest(numbers($1), numbers($2)) as s (cell, version)
                on u.cell = s.cell and u.version <= s.version
            for update of u skip locked
        ) as s
        where u.cell = s.cell
        """,
        numbers(row.id for _, row in sent if row.id is not None),
        numbers(row.version for _, row in sent if row.id is not None),
    )


async def publish_again(tx: Connection, ids: Sequence[int]) -> None:
    """Marks cells to be published in their present version."""
    await tx.execute(
        """
        insert into unpublished (cell, version) select id, version from cell where id = any(numbers($1)) order by id
        on conflict do nothing
        """,
        numbers(ids),
    )


async def republish(connection: Connection, tier: Tier) -> int:
    """Marks all of this tier's cells to be published again, for a broker that lost them. Returns how many."""
    status = await connection.execute(
        """
        insert into unpublished (cell, version) select id, version from cell where tier = $1 order by id
        on conflict do nothing
        """,
        tier,
    )
    return int(status.rpartition(" ")[2])
