"""What an operator sees of dead letters, and what an operator can do about them."""

from contextlib import asynccontextmanager

import asyncpg

from messaging import dead_letters

READERS = ("village-routing", "county-routing")
"""Who reads what the town hands over."""
OPERATOR = {"reason": "a system test looked at it", "actor": "test"}


@asynccontextmanager
async def letters(world, program):
    """The dead letters of a service, as the command line reaches them."""
    tier, service = program.split("-")
    connection = await asyncpg.connect(world.stack.postgres(f"{service}_{tier}"))
    try:
        yield connection
    finally:
        await connection.close()


async def waits(world, program, topic, key, status="open", seconds=30):
    """The dead letter of a key, once it is listed under a status."""
    async with letters(world, program) as connection:

        async def listed():
            rows = await dead_letters.listed(connection, status)
            return next((row for row in rows if (row.topic, row.key) == (topic, key)), None)

        return await world.until(listed, f"{program} lists {topic} {key} as {status}", seconds)


async def known(world, program):
    """The ids of all dead letters there are; what other systems sent is sealed, so it cannot be found by its key."""
    async with letters(world, program) as connection:
        return {row["id"] for row in await connection.fetch("select id from dead_letter")}


async def appear(world, program, count, before):
    """The open dead letters that were not there before, once there are so many."""
    async with letters(world, program) as connection:

        async def new():
            rows = [row for row in await dead_letters.listed(connection) if row.id not in before]
            return rows if len(rows) >= count else None

        return await world.until(new, f"{program} lists {count} new dead letters", 30)


async def becomes(world, program, letter, status, seen):
    """The dead letter of an id, once it has this status and was seen so often."""
    async with letters(world, program) as connection:

        async def there():
            rows = await dead_letters.listed(connection, status)
            return next((row for row in rows if (row.id, row.seen) == (letter, seen)), None)

        return await world.until(
            there, f"dead letter {letter} of {program} is {status}, seen {seen} times", 30
        )


async def ask(world, program, row, action):
    """What an operator does with one dead letter."""
    async with letters(world, program) as connection, connection.transaction():
        request = dead_letters.Request(action=action, count=1, **OPERATOR)
        assert await dead_letters.ask(connection, [row.id], request) == 1


async def bytes_of(world, program):
    """Every byte of the table of dead letters."""
    async with letters(world, program) as connection:
        rows = await connection.fetch("select * from dead_letter")
    return b"\n".join(
        one if isinstance(one, bytes) else str(one).encode() for row in rows for one in row.values()
    )


async def guard(world, program, topic, key):
    """How far a reader is in a stream, once it has begun."""
    tier, service = program.split("-")
    statement = "select last_seq from guard where topic = $1 and key = $2"

    async def begun():
        rows = await world.query(f"{service}_{tier}", statement, topic, key)
        return rows[0]["last_seq"] if rows else None

    return await world.until(begun, f"{program} reads {topic} {key}", 30)


async def held_behind(world, program, row, seen):
    """The open dead letter of a key, once it was seen so often and one event waits behind it."""

    async def held():
        found = await waits(world, program, row.topic, row.key)
        return found if (found.seen, found.behind) == (seen, 1) else None

    return await world.until(held, f"{row.key} was seen {seen} times and one event waits", 30)


async def reached(world, topic, key, seq):
    """Whether all who read a stream have come to a number."""
    return {await guard(world, program, topic, key) for program in READERS} == {seq}


async def everywhere(world, key, reasons):
    """Whether the open dead letters of a key have exactly these reasons at every reader."""
    for program in READERS:
        async with letters(world, program) as connection:
            rows = await dead_letters.listed(connection)
        if {row.reason for row in rows if row.key == key} != reasons:
            return False
    return True


async def drop_all(world, key):
    """Discards every open dead letter of a key, at every reader."""
    for program in READERS:
        async with letters(world, program) as connection:
            rows = [row for row in await dead_letters.listed(connection) if row.key == key]
        for row in rows:
            await ask(world, program, row, "discard")
