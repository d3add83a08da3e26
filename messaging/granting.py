"""What the role of a door may do at the database: exactly what `grants.sql` says, given anew by each migration.

One of an older release, which meets a newer schema, takes nothing away.
"""

import logging
from importlib import resources
from typing import TYPE_CHECKING

import asyncpg

from messaging.errors import Unavailable

if TYPE_CHECKING:
    Plain = asyncpg.Connection[asyncpg.Record]
else:
    Plain = asyncpg.Connection  # generic in its types only

log = logging.getLogger(__name__)

FORCING_S = 5
"""So long forcing waits for a table in use, and everybody behind it; then it is left to the next migration, which must
be asked again where no table was bound."""
MARK = " rows"
"""Ends the name under which programs are connected that fill their tables by INSERT. Older ones COPY, which PostgreSQL
refuses where security is forced, so nothing is forced while one of them is connected."""
BIND = "--bind-owner"
"""Asks a migration for it: said by whoever knows that no such program is left, also none that is only away."""
_BEGUN = (
    "select exists (select from pg_class where relnamespace = 'public'::regnamespace and relforcerowsecurity)"
)


def of(service: str) -> str:
    """The grants of a service's door, whose role is called "door" in them."""
    return "".join(texts(service))


def texts(service: str) -> list[str]:
    """The same, file by file: on the tables of delivery, then on its own."""
    return [
        (resources.files(one) / "grants.sql").read_text(encoding="utf-8")
        for one in ("messaging", f"services.{service}")
    ]


async def known(connection: Plain, door: str) -> None:
    """Raises `Unavailable` as long as there is no such role."""
    if not await connection.fetchval("select exists (select from pg_roles where rolname = $1)", door):
        raise Unavailable(f"the role {door} of the door is not there yet")


async def grant(connection: Plain, service: str, door: str, *, bind_owner: bool, ahead: bool = False) -> None:
    """Takes from a role what it has and gives it what its door needs, at once.

    Nothing is taken where the schema is `ahead` of this release: programs of a newer one may be at work, and what they
    do was given with it.

    The owner is bound as well where it is asked for, or was begun before: a program of before the second wall that was
    only away for a moment could not write any more, and nothing tells whether there is one.
    """
    database = await connection.fetchval("select current_database()")
    kinds = ("all tables in schema", "all sequences in schema", "all routines in schema", "schema")
    taken = "" if ahead else "".join(f'revoke all on {one} public from "door";' for one in kinds)
    first = f'{taken}grant connect on database {_quoted(database)} to "door"; grant usage on schema public to "door";'
    async with connection.transaction():
        await connection.execute((first + of(service)).replace('"door"', _quoted(door)))
    await _force(connection, asked=bind_owner)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def free(connection: Plain) -> list[str]:
    """The tables whose owner their policies do not bind."""
    rows = await connection.fetch(
        """
        select oid::regclass::text as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity and not relforcerowsecurity
        order by name
        """
    )
    return [row["name"] for row in rows]


async def _force(connection: Plain, *, asked: bool) -> None:
    """Binds the owner of the tables too, who has a policy of its own; not where it would stop somebody, if asked."""
    if not (names := await free(connection)):
        return
    if not asked and not await connection.fetchval(_BEGUN):
        log.warning(
            "the owner is not bound by row-level security: migrate with %s once no older program is left",
            BIND,
        )
        return
    older = await connection.fetchval(
        """
        select string_agg(distinct application_name, ', ') from pg_stat_activity
        where datname = current_database() and application_name ~ '^[a-z]+-(intake|routing|followup|metrics)$'
        """
    )
    if older:
        log.warning(
            "row-level security is not forced while %s run: migrate with %s without them", older, BIND
        )
        return
    for name in names:
        await _force_one(connection, name)


async def _force_one(connection: Plain, name: str) -> None:
    """In a transaction of its own: who waits for a table while holding another may wait in a ring with a program."""
    try:
        async with connection.transaction():
            await connection.execute(f"set local lock_timeout = '{FORCING_S}s'")
            await connection.execute(f"alter table {name} force row level security")
    except asyncpg.LockNotAvailableError:
        log.warning(
            "row-level security is not forced for %s while it is in use: migrate with %s again", name, BIND
        )
