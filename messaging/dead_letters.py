"""Dead letters for operators: list, show, send back or discard, always with a reason, always on record."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from asyncpg import Record as DatabaseRow

from messaging import burial
from messaging.cloudevents import from_json
from messaging.database import Connection, Database
from messaging.envelope import Stream
from messaging.errors import Rejected, Unavailable
from messaging.inbox import Inbox, Reading
from messaging.logs import frames
from messaging.pace import Backoff, Pulse

log = logging.getLogger(__name__)

POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One dead letter without its bytes."""

    id: int
    topic: str
    key: str
    seq: int | None
    kind: str
    reason: str
    detail: str
    seen: int
    status: str
    first_at: datetime
    last_at: datetime
    behind: int
    """How many later events of the same incident wait behind it."""


async def listed(connection: Connection, status: str = "open", limit: int = 200) -> list[Row]:
    """Dead letters of one status, oldest first, each with the number of events waiting behind it."""
    rows = await connection.fetch(
        """
        select d.id, d.topic, d.key, d.seq, d.kind, d.reason, d.detail, d.seen, d.status, d.first_at, d.last_at,
            case when d.seq is null then 0 else
                (select count(*) from held h where h.topic = d.topic and h.key = d.key) end as behind
        from dead_letter d where d.status = $1 order by d.id limit $2
        """,
        status,
        limit,
    )
    return [Row(**dict(row)) for row in rows]


async def undecided(connection: Connection) -> tuple[int, int]:
    """How many dead letters nobody has decided about, and how many events wait for their turn."""
    [row] = await connection.fetch(
        """
        select (select count(*) from dead_letter where status in ('open', 'redrive', 'discard')) as letters,
            (select count(*) from held) as behind
        """
    )
    return row["letters"], row["behind"]


async def beyond(connection: Connection, status: str, limit: int) -> int:
    """How many dead letters of a status there are beside those that a list of `limit` shows."""
    number: int = await connection.fetchval("select count(*) from dead_letter where status = $1", status)
    return max(0, number - limit)


async def shown(connection: Connection, letter: int) -> dict[str, Any] | None:
    """Everything about one dead letter, its headers unless they are sealed, its audit trail; the body only as size."""
    row = await connection.fetchrow("select *, length(value) as size from dead_letter where id = $1", letter)
    if row is None:
        return None
    audit = await connection.fetch(
        "select * from dead_letter_audit where dead_letter = $1 order by id", letter
    )
    record = None if row["record"] is None or row["sealed"] else from_json(row["topic"], row["record"], None)
    hidden = {"value", "record", "identity"}
    return {
        **{name: value for name, value in row.items() if name not in hidden},
        "headers": []
        if record is None
        else [(name, (value or b"").decode("utf-8", "replace")) for name, value in record.headers],
        "audit": [dict(one) for one in audit],
    }


class WrongCount(ValueError):
    """The operator expected another number of dead letters than there are: nothing was done."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an operator wants done with how many dead letters, and why; both go on record with the name."""

    action: Literal["redrive", "discard"]
    count: int
    reason: str
    actor: str


async def ask(tx: Connection, ids: Sequence[int], request: Request) -> int:
    """Marks open dead letters for `redrive` or `discard`; the service picks them up within a second.

    Raises `WrongCount` unless exactly as many of `ids` are open as the request expects, `ValueError` without a reason.
    """
    if not request.reason.strip():
        raise ValueError("a reason is required: it goes into the audit trail")
    rows = await tx.fetch(
        "update dead_letter set status = $2 where id = any($1::bigint[]) and status = 'open' returning id",
        ids,
        request.action,
    )
    if len(rows) != request.count:
        raise WrongCount(f"{len(rows)} of them are open, {request.count} were expected; nothing was changed")
    await tx.execute(
        """
        insert into dead_letter_audit (dead_letter, action, reason, actor)
        select id, $2, $3, $4 from unnest($1::bigint[]) as id
        """,
        [row["id"] for row in rows],
        request.action,
        request.reason,
        request.actor,
    )
    return len(rows)


class Gravedigger:
    """Carries out what operators asked for, inside the service, where the handlers are."""

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
        """Carries out all waiting requests, oldest first; returns how many. Raises `Unavailable`."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                """
                select * from dead_letter where status in ('redrive', 'discard') and topic = any($1::text[])
                order by id limit 500
                """,
                self._topics,
            )
        for row in rows:
            await self._carry_out(row)
        return len(rows)

    async def _carry_out(self, row: DatabaseRow) -> None:
        """One request. Whatever a bug makes of it, the service goes on, and the letter is open again."""
        try:
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
