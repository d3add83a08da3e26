"""Dead letters for operators: list, show, send back or discard, always with a reason, always on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from messaging.cloudevents import from_json
from messaging.database import Connection


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
