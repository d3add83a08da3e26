"""Which database a command is about: one named by its DSN, one the environment names, or the local stack's."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import click

from deploy.local.plan import StackError
from deploy.local.stack import Stack
from messaging.database import Connection, Database
from messaging.errors import CannotStart, Unavailable
from messaging.settings import NO_DSN, is_dsn
from schemas.base import SERVICES, TIERS, Service, Tier

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """One database, and whose it is where that is known."""

    name: str
    dsn: str


def variable(tier: Tier, service: Service) -> str:
    """The environment variable that names a database: unseen by other accounts, unlike an argument."""
    return f"FENGQIAO_DSN_{tier}_{service}".upper()


def named(service: str | None = None, tier: str | None = None) -> list[Place]:
    """The databases that the environment names, village first. Raises `StackError` where one is no address."""
    found = []
    for one in TIERS:
        for kind in SERVICES:
            dsn = os.environ.get(variable(one, kind))
            if dsn is None or service not in {None, kind} or tier not in {None, one}:
                continue
            if not is_dsn(dsn):
                raise StackError(f"{variable(one, kind)}: {NO_DSN}")
            found.append(Place(f"{one}-{kind}", dsn))
    return found


def of_stack(data: Path, service: str | None = None, tier: str | None = None) -> list[Place]:
    """The databases of a running local stack, village first; `StackError` when there is none."""
    stack = Stack(data)
    running = stack.programs()
    found = [
        Place(f"{one}-{kind}", stack.postgres(f"{kind}_{one}"))
        for one in TIERS
        for kind in SERVICES
        if f"{one}-{kind}" in running and service in {None, kind} and tier in {None, one}
    ]
    if not found:
        raise StackError(f"no such service runs in {stack.data}; start it (fengqiao up), or name a --dsn")
    return found


def chosen(data: Path, dsn: str | None, service: str | None, tier: str | None) -> list[Place]:
    """The database named by its DSN, else those that fit of the environment's, else of the stack's."""
    if dsn and not is_dsn(dsn):
        raise StackError(f"--dsn: {NO_DSN}")
    return [Place("the database", dsn)] if dsn else named(service, tier) or of_stack(data, service, tier)


def the_one(data: Path, dsn: str | None, service: str | None, tier: str | None) -> Place:
    """The one database a change is made in; a usage error when several would do."""
    if dsn is None and (service is None or tier is None):
        raise click.UsageError("name the database: --service and --tier, or --dsn")
    return chosen(data, dsn, service, tier)[0]


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Database]:
    """The database, open while the block runs."""
    database = Database(place.dsn, name="fengqiao-cli", max_size=2)
    await database.connect()
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def connected(place: Place) -> AsyncIterator[Connection]:
    """A connection outside any transaction."""
    async with opened(place) as database, database.connection() as connection:
        yield connection


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs it; a database that does not answer, or is none of ours, is one message."""
    try:
        return asyncio.run(main)
    except (Unavailable, CannotStart, asyncpg.PostgresError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def database_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which a database is chosen."""
    options = (
        click.option(
            "--data",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path(".fengqiao"),
            show_default=True,
            help="Folder of the local stack.",
        ),
        click.option(
            "--dsn",
            envvar="FENGQIAO_DSN",
            help="A service's database, instead of the local stack's; unseen by other accounts in FENGQIAO_DSN, or with"
            " --service and --tier in a variable such as FENGQIAO_DSN_VILLAGE_ROUTING.",
        ),
        click.option("--service", type=click.Choice(SERVICES)),
        click.option("--tier", type=click.Choice(TIERS)),
    )
    for option in reversed(options):
        command = option(command)
    return command
