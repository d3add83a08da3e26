"""Numbered forward-only SQL, applied once under a lock; a program that meets an older schema must not start."""

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import resources

import asyncpg

from messaging import granting
from messaging.errors import SchemaTooOld, outages_translated

LOCK = 0x66656E67
"""Advisory lock that serialises migrations of one database (the letters "feng")."""
PATIENCE_S = 6 * 3600.0
"""How long one file may take: ten years of history are written in less, and what is cut off would start afresh."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `scope` is the package that owns it, `number` its place."""

    scope: str
    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text: a file that changed after its release is refused."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def of(service: str) -> tuple[Migration, ...]:
    """All migrations a service's database needs, in order: the delivery tables first, then its own."""
    return (*_in_package("messaging"), *_in_package(f"services.{service}"))


def newest(service: str) -> dict[str, int]:
    """The number of the newest migration a service's program knows, by what it belongs to."""
    return {one.scope: one.number for one in of(service)}


def _in_package(package: str) -> tuple[Migration, ...]:
    folder = resources.files(package) / "migrations"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    return tuple(
        Migration(package.rpartition(".")[2], int(one.name[:3]), one.name, one.read_text(encoding="utf-8"))
        for one in files
    )


async def apply(dsn: str, service: str, door: str | None = None, *, bind_owner: bool = False) -> list[str]:
    """Applies what is missing, each file in a transaction of its own; returns the names applied.

    The role of the door, where it has one, is then given what it needs, every time. The owner of the tables is bound
    where that is asked for, and in a database that was empty: no older program can have worked there. All of it is one
    transaction then, so that a database is as empty as before where that broke off. Safe to run from many places at
    once. Raises `SchemaTooOld` if a released file was edited, `Unavailable`.
    """
    with outages_translated():
        connection = await asyncpg.connect(dsn, timeout=15, command_timeout=PATIENCE_S)
        try:
            await connection.execute("select pg_advisory_lock($1)", LOCK)
            wanted = of(service)
            if door is not None:  # first: nothing is begun before its role is there
                await granting.known(connection, door)
            applied = await _begun(connection)
            new, ahead = not applied, bool(applied.keys() - {(one.scope, one.number) for one in wanted})
            async with connection.transaction() if new else nullcontext():
                names = await _apply_missing(connection, wanted, applied)
                if door is not None:
                    binding = bind_owner or new
                    await granting.grant(connection, service, door, bind_owner=binding, ahead=ahead)
        finally:
            await connection.close()
    return names


async def _begun(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[tuple[str, int], str]:
    """What has been applied, in a database that remembers it from now on."""
    await connection.execute(
        """
        create table if not exists migration (
            scope text not null, number int not null, name text not null, digest text not null,
            applied_at timestamptz not null default now(), primary key (scope, number)
        )
        """
    )
    return await _applied(connection)


async def _apply_missing(
    connection: "asyncpg.Connection[asyncpg.Record]",
    wanted: tuple[Migration, ...],
    applied: dict[tuple[str, int], str],
) -> list[str]:
    names = []
    for one in wanted:
        if (one.scope, one.number) not in applied:
            async with connection.transaction():
                await connection.execute(one.sql)
                await connection.execute(
                    "insert into migration (scope, number, name, digest) values ($1, $2, $3, $4)",
                    one.scope, one.number, one.name, one.digest,
                )  # fmt: skip
            names.append(f"{one.scope}/{one.name}")
        elif applied[one.scope, one.number] != one.digest:
            raise SchemaTooOld(
                f"{one.scope}/{one.name} was edited after it was applied; add a new file instead"
            )
    return names


async def _applied(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[tuple[str, int], str]:
    rows = await connection.fetch("select scope, number, digest from migration")
    return {(row["scope"], row["number"]): row["digest"] for row in rows}


async def unbound(dsn: str) -> list[str]:
    """The tables whose owner is not bound, be it asked for or not. Raises `Unavailable`."""
    with outages_translated():
        connection = await asyncpg.connect(dsn, timeout=15, command_timeout=15)
        try:
            return await granting.free(connection)
        finally:
            await connection.close()


async def verify(dsn: str, service: str) -> None:
    """Raises `SchemaTooOld` naming what is missing; a newer schema is fine, old pods survive a release."""
    with outages_translated():
        connection = await asyncpg.connect(dsn, timeout=15, command_timeout=15)
        try:
            exists = await connection.fetchval("select to_regclass('migration') is not null")
            applied = await _applied(connection) if exists else {}
        finally:
            await connection.close()
    missing = [f"{one.scope}/{one.name}" for one in of(service) if (one.scope, one.number) not in applied]
    if missing:
        raise SchemaTooOld(
            f"the database lacks {', '.join(missing)}; run `python -m services.{service} migrate` and start again"
        )
