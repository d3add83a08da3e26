"""A database whose clock stands still until it is told to go on: the product's `now()` finds it before PostgreSQL's."""

from datetime import datetime

import asyncpg

CLOCK = """
create schema machine;
create table machine.clock (at timestamptz not null);
insert into machine.clock values ('2026-09-14 01:20:00+00');
create function machine.now() returns timestamptz language sql stable as 'select at from machine.clock';
"""


async def install(dsn: str) -> None:
    """Puts the clock in front of the server's own, for every session that begins afterwards."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(CLOCK)
        name = await connection.fetchval("select current_database()")
        await connection.execute(f'alter database "{name}" set search_path = machine, pg_catalog, public')
        await connection.execute(f'alter database "{name}" set synchronous_commit = off')
    finally:
        await connection.close()


async def put(connection: asyncpg.Connection, moment: datetime) -> None:
    """Sets the clock."""
    await connection.execute("update machine.clock set at = $1", moment)
