"""The databases of the services: awaited, created, brought to the current schema."""

import asyncio
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.plan import StackError
from messaging.errors import SchemaTooOld, Unavailable
from messaging.migrate import apply

# Not reachable yet, or reachable and still starting: both pass with time.
_PASSING = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.ConnectionDoesNotExistError,
)


def address(dsn: str, database: str) -> str:
    """The same server and account, another database."""
    parts = urlsplit(dsn)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise StackError(
            "FENGQIAO_POSTGRES: write it as a URL, postgresql://user:password@host:port/database"
        )
    return urlunsplit(parts._replace(path=f"/{database}"))


async def wait_until_up(dsn: str, seconds: float) -> None:
    """Return once a query is answered; ``StackError`` after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=5, command_timeout=5)
            await connection.close()
        except (*_PASSING, TimeoutError) as error:
            if time.monotonic() > deadline:
                raise StackError(f"PostgreSQL does not answer: {error}") from error
            await asyncio.sleep(0.1)
        except asyncpg.PostgresError as error:
            raise StackError(f"PostgreSQL refuses us: {error}") from error
        else:
            return


async def create(dsn: str, names: Iterable[str]) -> None:
    """Create the databases that are not there yet; harmless when two processes do it at once."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=60)
    try:
        there = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
        for name in names:
            if name not in there:
                await _create_one(connection, name)
    finally:
        await connection.close()


async def _create_one(connection: "asyncpg.Connection[asyncpg.Record]", name: str) -> None:
    try:
        await connection.execute(f'create database "{name}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return


async def migrate(
    dsn: str, owners: Iterable[tuple[str, str]], door: Callable[[str], str] | None = None
) -> None:
    """Bring every (database, service) to the current schema, all at once.

    ``door`` says what the role of a database's door is called, where doors have roles of their own.
    """
    await asyncio.gather(
        *(_migrate_one(dsn, (database, service), door and door(database)) for database, service in owners)
    )


async def _migrate_one(dsn: str, owner: tuple[str, str], door: str | None) -> None:
    database, service = owner
    try:
        # whatever is started beside this is of the same tree, and nothing of ours runs yet
        await apply(address(dsn, database), service, door, bind_owner=True)
    except (SchemaTooOld, Unavailable, asyncpg.PostgresError) as error:
        raise StackError(f"migrating {database}: {error}") from error
