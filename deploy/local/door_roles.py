"""The roles that services' HTTP doors have at their databases: they own nothing, and see what a caller may see."""

from collections.abc import Iterable
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.local.databases import address
from deploy.local.private_file import write_once

ALLOWED = "login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit"


def role(database: str) -> str:
    """What the door's role at a database is called: the same word in every deployment."""
    return f"{database}_door"


def password(data: Path) -> str:
    """The password of all of them in a data folder, another than the owner's; made once."""
    return write_once(data / "doors.password", lambda: token_urlsafe(24).encode()).decode()


def door_address(dsn: str, database: str, password: str) -> str:
    """The database as its door is told of it."""
    parts = urlsplit(address(dsn, database))
    account = f"{role(database)}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{account}@{parts.netloc.rpartition('@')[2]}"))


async def create(dsn: str, databases: Iterable[str], password: str) -> None:
    """Makes the roles, or brings them back to what they may be; harmless when two processes do it at once."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=60)
    try:
        for one in databases:
            await _create_one(connection, role(one))
            quoted: str = await connection.fetchval("select quote_literal($1::text)", password)
            await connection.execute(f'alter role "{role(one)}" {ALLOWED} password {quoted}')
    finally:
        await connection.close()


async def _create_one(connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
    try:
        await connection.execute(f'create role "{name}"')
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        return
