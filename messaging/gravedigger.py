"""Carries out what operators ask of dead letters, inside the service, where the handlers are."""

import asyncio
import logging
from dataclasses import replace

from asyncpg import Record as DatabaseRow

from messaging import burial
from messaging.database import Connection, Database
from messaging.envelope import Stream
from messaging.errors import Rejected, Unavailable
from messaging.inbox import Inbox, Reading
from messaging.logs import frames
from messaging.pace import Backoff, Pulse
from messaging.spans import redriving

log = logging.getLogger(__name__)

LOCK = 0x67726176
"""Advisory lock of whoever carries them out (the letters "grav"): each replica would try a letter once again."""
POLL_S = 1.0


class Gravedigger:
    """Looks for what was asked of the dead letters of one reader, and does it."""

    def __init__(self, database: Database, inbox: Inbox, reading: Reading) -> None:
        self._database = database
        self._inbox = inbox
        self._seal = reading.seal
        self._topics = [topic.name for topic in reading.topics]

    async def run(self, stop: asyncio.Event) -> None:
        """Looks for requests every second until stopped."""
        pulse, backoff = Pulse(POLL_S), Backoff(0.5, 5.0)
        while not stop.is_set():
            try:
                await self.once()
            except Unavailable:
                await backoff.wait(stop)
            else:
                backoff.reset()
                await pulse.wait(stop)

    async def once(self) -> int:
        """Carries out all waiting requests, oldest first, unless another replica does; returns how many.

        Raises `Unavailable`.
        """
        async with self._database.connection() as connection:
            if not await self._asked(connection):
                return 0
            if not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                return 0
            try:
                letters = await self._asked(connection)  # another may have done some by now
                for one in letters:
                    if (
                        row := await connection.fetchrow("select * from dead_letter where id = $1", one)
                    ) is not None:
                        await self._carry_out(row)
            finally:
                await connection.execute("select pg_advisory_unlock($1)", LOCK)
        return len(letters)

    async def _asked(self, connection: Connection) -> list[int]:
        """Which, oldest first; not what is in them: of what other systems send each may be megabytes."""
        rows = await connection.fetch(
            """
            select id from dead_letter where status in ('redrive', 'discard') and topic = any($1::text[])
            order by id limit 500
            """,
            self._topics,
        )
        return [row["id"] for row in rows]

    async def _carry_out(self, row: DatabaseRow) -> None:
        """One request. Whatever a bug makes of it, the service goes on, and the letter is open again."""
        try:
            with redriving():
                await (self._redrive(row) if row["status"] == "redrive" else self._discard(row))
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - raised from here, it would end the process, again after each start
            log.error("dead letter %d met a bug", row["id"], extra=frames(bug))  # noqa: TRY400 - no values
            await self._reopen(row["id"])

    async def _redrive(self, row: DatabaseRow) -> None:
        stream = [] if row["seq"] is None else [Stream(row["topic"], row["key"])]
        try:
            record = burial.exhumed(row, self._seal)
        except Rejected as why:
            log.error("dead letter %d cannot be tried again: %s", row["id"], why)  # noqa: TRY400 - no bug of ours
            await self._reopen(row["id"])
            return
        if record is None:
            await self._reopen(row["id"])
            await self._inbox.apply([], stream)
        else:
            await self._inbox.apply([replace(record, redriven=row["id"])], stream)
            await self._reopen(row["id"])  # unless it took effect: it may not have been its turn yet
        log.info("dead letter %d was tried again", row["id"])

    async def _reopen(self, letter: int) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                "update dead_letter set status = 'open' where id = $1 and status in ('redrive', 'discard')",
                letter,
            )

    async def _discard(self, row: DatabaseRow) -> None:
        """Lets the stream go on without the event, applies what waited behind it, and only then calls it done.

        Were it done before, nobody would come back for what waits when something fails in between.
        """
        if row["seq"] is not None:
            async with self._database.transaction() as tx:
                possible = await _skip(tx, row)
            if not possible:
                await self._reopen(row["id"])
                log.error(
                    "dead letter %d was not discarded: an earlier event of the incident comes first",
                    row["id"],
                )
                return
            await self._inbox.apply([], [Stream(row["topic"], row["key"])])
        async with self._database.transaction() as tx:
            await tx.execute(
                f"update dead_letter set status = 'discarded', last_at = now(), {burial.FORGOTTEN} where id = $1",  # noqa: S608 - columns
                row["id"],
            )
        log.warning("dead letter %d was discarded", row["id"])


async def _skip(tx: Connection, row: DatabaseRow) -> bool:
    """Moves the guard past the event if it is the next one, or already behind; False when an earlier one waits."""
    last = await tx.fetchval(
        """
        insert into guard as g (topic, key, last_seq, waiting) values ($1, $2, 0, true)
        on conflict (topic, key) do update set waiting = true returning last_seq
        """,
        row["topic"],
        row["key"],
    )
    if last == row["seq"] - 1:
        await tx.execute(
            "update guard set last_seq = $3 where topic = $1 and key = $2",
            row["topic"],
            row["key"],
            row["seq"],
        )
    return bool(last >= row["seq"] - 1)
