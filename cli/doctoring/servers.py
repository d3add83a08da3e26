"""SQL: what a database tells its service's role of itself."""

import time
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag

from cli.databases import Place
from cli.doctoring.databases import Server
from cli.doctoring.judged import BEHIND, Keys
from messaging import migrate
from messaging.database import Connection, Database
from messaging.dead_letters import undecided
from services.intake import keys_store
from services.intake.envelope import KeyMissing
from services.intake.vault import Vault

SETTINGS = ("fsync", "full_page_writes", "synchronous_commit", "max_connections")
RESERVED = ("superuser_reserved_connections", "reserved_connections")
_SETTINGS = "select name, setting from pg_settings where name = any($1::text[])"
_LACKING = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    where c.relkind = 'r' and not (
        has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
        and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
    order by c.relname
"""


async def looked(place: Place) -> Server:
    """Everything about one database. Raises `Unavailable`."""
    database = Database(place.dsn, name="fengqiao-doctor", max_size=1)
    await database.connect()
    try:
        async with database.connection() as connection:
            return await _looked(place, connection)
    finally:
        await database.close()


async def _looked(place: Place, connection: Connection) -> Server:
    wanted = [*SETTINGS, *RESERVED]
    settings = {row["name"]: row["setting"] for row in await connection.fetch(_SETTINGS, wanted)}
    ahead, exact = await _clock(connection)
    missing, edited = await _migrations(connection, place.name.partition("-")[2])
    lacking = [row[0] for row in await connection.fetch(_LACKING)]
    if not await connection.fetchval("select has_database_privilege(current_database(), 'temp')"):
        lacking.append("temporary")
    unsent = letters = held = 0
    if not missing:
        unsent = await connection.fetchval(
            "select count(*) from (select from unsent limit $1) as seen", BEHIND + 1
        )
        letters, held = await undecided(connection)
    parts = urlsplit(place.dsn)
    return Server(
        name=place.name,
        address=f"{parts.hostname}:{parts.port or 5432}",
        version=int(await connection.fetchval("select current_setting('server_version_num')")),
        settings=settings,
        ahead_s=ahead,
        exact_s=exact,
        reserved=sum(int(settings.get(one, 0)) for one in RESERVED),
        lacking=lacking,
        missing=missing,
        edited=edited,
        unsent=unsent,
        letters=letters,
        held=held,
    )


async def _clock(connection: Connection) -> tuple[float, float]:
    """How far ahead of ours its clock is: the quickest of some answers, so that the way does not count."""
    found = []
    for _ in range(5):
        before = time.time()
        there = await connection.fetchval("select extract(epoch from clock_timestamp())::float8")
        after = time.time()
        found.append(((after - before) / 2, there - (before + after) / 2))
    exact, ahead = min(found)
    return ahead, exact


async def _migrations(connection: Connection, service: str) -> tuple[list[str], list[str]]:
    applied = {}
    if await connection.fetchval("select to_regclass('migration') is not null"):
        rows = await connection.fetch("select scope, number, digest from migration")
        applied = {(row["scope"], row["number"]): row["digest"] for row in rows}
    wanted = migrate.of(service)
    missing = [f"{one.scope}/{one.name}" for one in wanted if (one.scope, one.number) not in applied]
    edited = [
        f"{one.scope}/{one.name}"
        for one in wanted
        if applied.get((one.scope, one.number), one.digest) != one.digest
    ]
    return missing, edited


async def keys(place: Place, vault: Vault) -> Keys:
    """What is under which key, and whether the newest row opens. Raises `Unavailable`."""
    database = Database(place.dsn, name="fengqiao-doctor", max_size=1)
    await database.connect()
    try:
        async with database.connection() as connection:
            under = await keys_store.under(connection)
            newest = await keys_store.newest(connection)
    finally:
        await database.close()
    counts = {name: one.all for name, one in under.items()}
    opened = None if newest is None else _opens(vault, newest)
    return Keys(counts, vault.ring.current, frozenset(vault.ring.older), opened)


def _opens(vault: Vault, row: keys_store.Newest) -> bool:
    try:
        key = vault.ring.unwrap(row.incident_id, row.key)
        key.open(row.field, row.sealed)
    except (InvalidTag, KeyMissing):
        return False
    return True
