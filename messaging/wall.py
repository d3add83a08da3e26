"""Whether the role of a door is bound as it should be: no process begins behind a wall with a hole in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from messaging import granted
from messaging.database import Connection, Database
from messaging.errors import CannotStart, SchemaTooOld
from messaging.patience import Patience

OF_NO_AREA = ("answered", "outbox", "sequence", "unsent", "tier_state")
"""Tables of delivery, and how current each tier is: what a door must do there it may do for any of its callers."""

SAID = 5
"""So many rights are named: a role that was granted nothing lacks dozens."""

OTHER = (
    "DOOR_POSTGRES names the role {role}, and the door works as {other}, of which nothing is known: let what stands "
    "between, such as a pooler, log in as the role that is named; docs/operate/sign-in.md, the second wall"
)


@dataclass(frozen=True, slots=True)
class Wall:
    """What a database says of the role of its door."""

    role: str
    there: bool
    is_more: Sequence[str] = ()
    """By what it could see past every policy, in words."""
    lacking: Sequence[str] = ()
    """What a door of this release does that it was not given, in words: everything, where it is not there."""
    unbound: Sequence[str] = ()
    """Tables it may touch in which rows of everybody are shown to it."""
    unforced: Sequence[str] = ()
    """Tables with policies that do not bind their owner, until a migration is asked to bind it."""


async def looked(connection: Connection, role: str, service: str) -> Wall:
    """Asked in the name of whoever may connect."""
    own = await connection.fetchrow(_ROLE, role)
    tables = await connection.fetch(_UNFORCED)
    unforced = [row[0] for row in tables]
    if own is None:
        return Wall(role, there=False, lacking=list(map(str, granted.needed(service))), unforced=unforced)
    is_more = [word for word in _WORDS if own[word]]
    is_more += [f"a member of {one}" for one in own["member"]]
    is_more += [f"the owner of {one}" for one in own["owns"]]
    lacking = [str(one) for one in await granted.lacking(connection, role, service)]
    unbound = [row[0] for row in await connection.fetch(_UNBOUND, role, list(OF_NO_AREA))]
    return Wall(role, True, is_more, lacking, unbound, unforced)  # noqa: FBT003 - that it is there


_WORDS = ("a superuser", "past row-level security", "able to make roles", "able to copy the server")
_ROLE = """
    select rolsuper as "a superuser", rolbypassrls as "past row-level security", rolcreaterole as "able to make roles",
        rolreplication as "able to copy the server",
        array(select pg_get_userbyid(roleid) from pg_auth_members where member = r.oid order by 1) as member,
        array(
            select 'the database' from pg_database where datname = current_database() and datdba = r.oid
            union all
            select relname from pg_class where relowner = r.oid and relnamespace = 'public'::regnamespace order by 1
        ) as owns
    from pg_roles r where rolname = $1
"""
_UNBOUND = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and not relrowsecurity
        and relname <> all($2::text[])
        and (has_any_column_privilege($1, oid, 'select, insert, update, references')
             or has_table_privilege($1, oid, 'delete, truncate, trigger'))
    order by relname
"""
_UNFORCED = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relrowsecurity and not relforcerowsecurity order by relname
"""


class Unholed:
    """A check at the start of a process whose door has a role of its own."""

    def __init__(self, door: Database, role: str, service: str, schema_wait_s: float) -> None:
        self._door = door
        self._role, self._service = role, service
        self._patience = Patience(schema_wait_s)
        """For migrations, which grant what a door needs, and are started beside us."""

    async def check(self, owner: Connection) -> None:
        """Raises `CannotStart` with everything that is wrong; `Unavailable` while migrations may still come."""
        here = await owner.fetchval("select current_database()")
        async with self._door.connection() as connection:
            working = "select current_database(), session_user, current_user"
            [(there, *names)] = await connection.fetch(working)
        if here != there:
            raise CannotStart(f"DOOR_POSTGRES leads to the database {there}, and POSTGRES to {here}")
        if other := {*names} - {self._role}:
            raise CannotStart(OTHER.format(other=" and ".join(sorted(other)), role=self._role))
        wall = await looked(owner, self._role, self._service)
        if wrong := holes(wall):
            raise CannotStart(f"{wrong}: docs/operate/sign-in.md, the second wall")
        with self._patience.with_migrations():
            if wall.lacking:
                run = f"`python -m services.{self._service} migrate`, told of DOOR_POSTGRES"
                raise SchemaTooOld(f"{ungranted(wall)}; run the migration of this release, {run}")


def ungranted(wall: Wall) -> str:
    """What its door will need and was not given."""
    more = len(wall.lacking) - SAID
    said = ", ".join(wall.lacking[:SAID]) + (f" and {more} more" if more > 0 else "")
    return f"the role {wall.role} of the door was not granted {said}"


def holes(wall: Wall) -> str:
    """What of a role that is there lets its door see past the wall; empty where nothing does."""
    found = [f"is {one}" for one in wall.is_more]
    found += [f"may touch {one}, which shows everybody's rows" for one in wall.unbound]
    return f"the role {wall.role} of the door {', '.join(found)}" if found else ""
