"""Every SQL statement that brings digests of requests, as older programs did, under the keys of what they told."""

from collections.abc import Collection, Mapping

from asyncpg import Record

from messaging.database import Connection

_ABOUT: Mapping[str, str] = {
    "answered": "coalesce(t.body ->> 'incident_id', t.body ->> 'activity_id')",
    "item": "case when t.kind <> 'action' then t.about end",
}
"""Table → what a row's request told something of."""
TABLES = tuple(_ABOUT)
PLAIN_BYTES = 32
"""A digest of this length is under no data key."""


async def plain(tx: Connection, table: str, limit: int, but: Collection[str]) -> list[Record]:
    """Some rows of requests that told something and whose digest is under no data key yet, locked; and their keys.

    Those about `but` are passed over.
    """
    rows = await tx.fetch(
        f"""
        select t.ctid::text as place, t.digest, k.incident_id, k.kek_id, k.wrapped
        from {table} t join data_key k on k.incident_id = {_ABOUT[table]}
        where length(t.digest) = $1 and k.incident_id <> all($3::text[]) limit $2 for update of t skip locked
        """,  # noqa: S608 - names of ours
        PLAIN_BYTES,
        limit,
        list(but),
    )
    return list(rows)


async def put(tx: Connection, table: str, digests: Mapping[str, bytes]) -> None:
    """Replaces digests by the places of their rows, which this transaction holds."""
    await tx.execute(
        f"""
        update {table} t set digest = n.digest
        from unnest($1::text[], $2::bytea[]) as n (place, digest) where t.ctid = n.place::tid
        """,  # noqa: S608 - names of ours
        list(digests),
        list(digests.values()),
    )


async def forget(tx: Connection, table: str) -> None:
    """Empties digests that are under no data key, of requests whose matter was erased: nothing fits them any more."""
    await tx.execute(
        f"""
        update {table} t set digest = '' from erasure e
        where e.incident_id = {_ABOUT[table]} and length(t.digest) = $1
        """,  # noqa: S608 - names of ours
        PLAIN_BYTES,
    )
