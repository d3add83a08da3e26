"""A clock that fires one batch and hangs before it commits: a process to be killed, given a dsn."""

import asyncio
import sys

from messaging.database import Database
from messaging.pace import Pulse
from messaging.timer import Timer
from services.routing.desk import Desk
from tests.builders import a_centre


async def main(dsn):
    database, desk = Database(dsn, name="doomed"), Desk(a_centre())
    await database.connect()

    async def fire(tx, limit, only):
        fired = await desk.fire(tx, limit, only)
        print(fired, flush=True)
        await asyncio.sleep(3600)
        return fired

    await Timer(database, fire, Pulse(1), 0.05).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
