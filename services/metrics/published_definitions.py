"""SQL that remembers which definitions stand on this tier's topic, and which are to be said or retired."""

from collections.abc import Collection

from messaging.columns import texts
from messaging.database import Connection


async def mark(connection: Connection, names: Collection[str]) -> None:
    """All of these are to be said, and all others that ever were are to be retired."""
    await connection.execute("update published_definition set unpublished = true")
    await connection.execute(
        "insert into published_definition select unnest(texts($1)), true on conflict do nothing", texts(names)
    )


async def republish(connection: Connection) -> None:
    """All of them are to be said again, for a broker that lost them."""
    await connection.execute("update published_definition set unpublished = true")


async def unpublished(connection: Connection) -> list[str]:
    """The names of those that are to be said or retired."""
    rows = await connection.fetch("select name from published_definition where unpublished order by name")
    return [row["name"] for row in rows]


async def mark_published(connection: Connection, said: Collection[str], retired: Collection[str]) -> None:
    """Notes which the broker has acknowledged; those that are retired are forgotten."""
    await connection.execute(
        "update published_definition set unpublished = false where name = any(texts($1))", texts(said)
    )
    await connection.execute("delete from published_definition where name = any(texts($1))", texts(retired))
