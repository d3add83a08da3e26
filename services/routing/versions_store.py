"""Every SQL statement about the policy versions this tier has started with."""

from collections.abc import Collection

from messaging.database import Connection

LOOK_S = 300.0
"""Looking through all open incidents may take this long; it is done only when a version is gone."""


async def gone(connection: Connection, at_hand: Collection[str]) -> dict[str, int]:
    """How many open incidents go by each version that was at hand once and is not any more."""
    rows = await connection.fetch(
        "select version from policy_seen where version <> all($1::text[])", sorted(at_hand)
    )
    if not rows:
        return {}
    found = await connection.fetch(
        """
        select state::json ->> 'policy' as version, count(*) as number from incident
        where live and state::json ->> 'policy' = any($1::text[]) group by 1
        """,
        [row["version"] for row in rows],
        timeout=LOOK_S,
    )
    return {row["version"]: row["number"] for row in found}


async def keep(connection: Connection, at_hand: Collection[str]) -> None:
    """Remembers the versions that are at hand."""
    await connection.execute(
        "insert into policy_seen select unnest($1::text[]) on conflict do nothing", sorted(at_hand)
    )
