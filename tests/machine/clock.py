"""A database whose clock stands still until it is told to go on: the product's `now()` finds it before PostgreSQL's."""

from datetime import datetime

import asyncpg

CLOCK = """
create schema machine;
create function machine.now() returns timestamptz language sql stable
    as 'select current_setting(''machine.at'')::timestamptz';
"""


EMPTY = "create function machine.empty() returns void language plpgsql as $empty$ begin {deletes} end $empty$"
"""Deleting few rows is much cheaper than truncating, and statements of a function are planned once."""
KEPT = ("migration", "contact")


async def install(dsn: str) -> None:
    """Puts the clock in front of the server's own, for every session that begins afterwards and is told the time.

    Makes `machine.empty()` as well, which empties the tables.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(CLOCK)
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        deletes = "".join(f"delete from {one[0]};" for one in tables if one[0] not in KEPT)
        await connection.execute(EMPTY.format(deletes=deletes))
        name = await connection.fetchval("select current_database()")
        await connection.execute(f'alter database "{name}" set search_path = machine, pg_catalog, public')
        await connection.execute(f'alter database "{name}" set synchronous_commit = off')
    finally:
        await connection.close()


async def put(connection: asyncpg.Connection, moment: datetime) -> None:
    """Sets the clock of a session."""
    await connection.execute("select set_config('machine.at', $1, false)", moment.isoformat())
