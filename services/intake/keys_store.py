"""Every SQL statement about the vault's rows and the keys they are under."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from asyncpg import Record

from messaging import rows
from messaging.database import Connection
from services.intake.envelope import DataKey, Ring, Wrapped
from services.intake.items import Secret

Sealed = Mapping[str, bytes]
"""Field → nonce and ciphertext."""


async def save_secrets(tx: Connection, ring: Ring, secrets: Mapping[str, Secret]) -> dict[str, DataKey]:
    """Writes personal data by what it belongs to, each under a new data key; returns the keys, for this memory only."""
    keys, wrapped, sealed = {}, {}, {}
    for about, secret in secrets.items():
        keys[about], wrapped[about] = ring.new(about)
        sealed[about] = {name: keys[about].seal(name, said.encode()) for name, said in secret.items()}
    await rows.add(
        tx,
        "vault",
        ("incident_id", "fields", "sealed"),
        [(about, list(one), list(one.values())) for about, one in sealed.items()],
    )
    await _save_keys(tx, wrapped)
    return keys


async def _save_keys(tx: Connection, wrapped: Mapping[str, Wrapped]) -> None:
    await rows.add(
        tx,
        "data_key",
        ("incident_id", "kek_id", "wrapped"),
        [(about, one.kek_id, one.wrapped) for about, one in wrapped.items()],
    )


async def house_keys(connection: Connection) -> dict[str, Wrapped]:
    """The keys of the house by name."""
    rows = await connection.fetch("select name, kek_id, wrapped from house_key")
    return {row["name"]: Wrapped(row["kek_id"], row["wrapped"]) for row in rows}


async def hold_house_keys(tx: Connection) -> None:
    """Lets nobody else replace them until the transaction ends."""
    await tx.execute("select from house_key order by name for update")


async def save_house_key(tx: Connection, name: str, wrapped: Wrapped) -> None:
    """Notes a key of the house, once: whoever comes second finds the first one's."""
    await tx.execute(
        "insert into house_key (name, kek_id, wrapped) values ($1, $2, $3) on conflict do nothing",
        name,
        wrapped.kek_id,
        wrapped.wrapped,
    )


async def keks(connection: Connection) -> list[str]:
    """The ids of all keys that something is under, each looked up once in an index however many rows it has."""
    rows = await connection.fetch(
        """
        with recursive envelope as (
            (select kek_id from data_key order by kek_id limit 1)
            union all
            select (select d.kek_id from data_key d where d.kek_id > e.kek_id order by d.kek_id limit 1)
            from envelope e where e.kek_id is not null
        ), direct as (
            (select key_id from vault where key_id is not null order by key_id limit 1)
            union all
            select (select v.key_id from vault v where v.key_id > d.key_id order by v.key_id limit 1)
            from direct d where d.key_id is not null
        )
        select kek_id from envelope where kek_id is not null
        union select key_id from direct where key_id is not null
        union select kek_id from house_key order by 1
        """
    )
    return [row[0] for row in rows]


class Under(NamedTuple):
    """What is under one key: data keys, keys of the house; directly rows of older programs, and sealed dead letters."""

    data_keys: int
    house_keys: int
    rows: int
    letters: int = 0

    @property
    def all(self) -> int:
        """All of it."""
        return sum(self)


async def under(connection: Connection) -> dict[str, Under]:
    """What is under each key, by its id."""
    rows = await connection.fetch(
        """
        select kek_id, sum(d), sum(h), sum(v) from (
            select kek_id, count(*) as d, 0 as h, 0 as v from data_key group by 1
            union all select kek_id, 0, count(*), 0 from house_key group by 1
            union all select key_id, 0, 0, count(*) from vault where key_id is not null group by 1) as every
        group by kek_id order by kek_id
        """
    )
    return {row[0]: Under(*map(int, row[1:])) for row in rows}


async def wrapped_by(
    tx: Connection, kek_ids: Sequence[str], limit: int, but: Collection[str]
) -> dict[str, Wrapped]:
    """Some data keys under these, locked until the transaction ends; what somebody else holds is passed over."""
    rows = await tx.fetch(
        """
        select incident_id, kek_id, wrapped from data_key
        where kek_id = any($1::text[]) and incident_id <> all($3::text[])
        order by kek_id, incident_id limit $2 for update skip locked
        """,
        list(kek_ids),
        limit,
        list(but),
    )
    return {row["incident_id"]: Wrapped(row["kek_id"], row["wrapped"]) for row in rows}


async def rewrap(tx: Connection, table: str, wrapped: Mapping[str, Wrapped]) -> None:
    """Replaces wrapped keys that this transaction holds, of `data_key` or `house_key`."""
    key = {"data_key": "incident_id", "house_key": "name"}[table]
    await tx.execute(
        f"""
        update {table} k set kek_id = n.kek_id, wrapped = n.wrapped
        from unnest($1::text[], $2::text[], $3::bytea[]) as n (name, kek_id, wrapped) where k.{key} = n.name
        """,  # noqa: S608 - names of ours
        list(wrapped),
        [one.kek_id for one in wrapped.values()],
        [one.wrapped for one in wrapped.values()],
    )


async def direct(tx: Connection, kek_ids: Sequence[str], limit: int, but: Collection[str]) -> list[Record]:
    """Some rows as older programs wrote them, locked, and whether each is a report."""
    rows = await tx.fetch(
        """
        select v.incident_id, v.key_id, v.nonce, v.ciphertext, exists (
            select from report r where r.incident_id = v.incident_id) as is_report
        from vault v where v.key_id = any($1::text[]) and v.incident_id <> all($3::text[])
        order by v.key_id, v.incident_id limit $2 for update skip locked
        """,
        list(kek_ids),
        limit,
        list(but),
    )
    return list(rows)


async def put_under_data_keys(
    tx: Connection, wrapped: Mapping[str, Wrapped], sealed: Iterable[Sealed]
) -> None:
    """Replaces rows of older programs by such with a data key each, in the order of the keys."""
    for about, one in zip(wrapped, sealed, strict=True):
        await tx.execute(
            """
            update vault set key_id = null, nonce = null, ciphertext = null, fields = $2, sealed = $3
            where incident_id = $1
            """,
            about,
            list(one),
            list(one.values()),
        )
    await _save_keys(tx, wrapped)


async def replace_house_key(tx: Connection, name: str, old: Wrapped, new: Wrapped) -> bool:
    """Puts another key of the house in place of one, unless somebody has done so; whether it did."""
    status = await tx.execute(
        "update house_key set kek_id = $3, wrapped = $4 where name = $1 and wrapped = $2",
        name,
        old.wrapped,
        new.kek_id,
        new.wrapped,
    )
    return status == "UPDATE 1"


class Newest(NamedTuple):
    """One field of one row, and its key."""

    incident_id: str
    key: Wrapped
    field: str
    sealed: bytes


async def newest(connection: Connection) -> Newest | None:
    """The first field of the row that was written last under a data key, or None."""
    row = await connection.fetchrow(
        """
        select incident_id, kek_id, wrapped, fields[1] as field, sealed[1] as sealed
        from vault join data_key using (incident_id)
        where sealed is not null order by recorded_at desc limit 1
        """
    )
    if row is None:
        return None
    return Newest(row["incident_id"], Wrapped(row["kek_id"], row["wrapped"]), row["field"], row["sealed"])
