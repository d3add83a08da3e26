"""Whether the doors of services work behind the second wall: by a role that sees its caller's rows only."""

import asyncpg

from cli.databases import Place, connected
from cli.doctoring.judged import Line
from messaging.errors import Unavailable
from messaging.granting import BIND
from messaging.wall import Wall, holes, looked, ungranted

ADVICE = "docs/operate/sign-in.md, the second wall"


async def wall(place: Place, role: str) -> Wall:
    """What a database says of the role of its door. Raises `Unavailable`."""
    async with connected(place) as connection:
        return await looked(connection, role, place.name.rpartition("-")[2])


async def entered(name: str, dsn: str) -> list[Line]:
    """Whether the door gets in; nothing where it does."""
    try:
        async with connected(Place(name, dsn)) as connection:
            await connection.fetchval("select 1")
    except (Unavailable, asyncpg.PostgresError, OSError) as error:
        said = f"the door cannot log in: {error}"
        return [Line("wrong", what(name), said, f"is its password the present one? {ADVICE}")]
    return []


def judge(name: str, wall: Wall, *, signs_in: bool) -> list[Line]:
    """The lines of one database; `signs_in` where it is known that callers do."""
    if not wall.there:
        said = f"there is no role {wall.role}, so doors do not work behind it"
        advice = f"make it, and run the migration told of it: {ADVICE}"
        return [Line("wrong" if signs_in else "warn", what(name), said, advice)]
    if wrong := holes(wall):
        return [Line("wrong", what(name), wrong, f"take from it what it must not be: {ADVICE}")]
    if wall.lacking:
        advice = f"run the migration of this release, told of DOOR_POSTGRES: {ADVICE}"
        return [Line("wrong", what(name), ungranted(wall), advice)]
    if wall.unforced:
        said = f"{', '.join(wall.unforced)}: the owner is not bound"
        advice = (
            f"once no program of before the second wall is left: `migrate {BIND}`, docs/operate/upgrade.md"
        )
        return [Line("warn", what(name), said, advice)]
    return [Line("ok", what(name), f"{wall.role} sees its caller's rows only")]


def what(name: str) -> str:
    """What the lines are about."""
    return f"{name} 第二道墙 second wall"
