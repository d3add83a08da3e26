"""The audit of personal data: written in the transaction that answers, one after the other, never changed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from messaging.database import Connection
from schemas.opaque import NUMBER
from services.intake.chain import Head, Link, after, canonical, head, link

PAGE = 1000
Act = Literal["read", "erase", "key lost"]


@dataclass(frozen=True, slots=True)
class Accountable:
    """Who answers for it: an opaque reference of staff, as the door knows it, and which door that is."""

    ref: str
    door: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What was asked for, and what was answered: codes, names of fields and references, nothing personal."""

    act: Act
    who: Accountable
    about: str
    fields: Sequence[str]
    purpose: str
    outcome: str


async def append(tx: Connection, key: bytes, entries: Sequence[Entry], *, anew: bool = False) -> None:
    """Adds entries at the end, whoever else does so at the same time: one after the other, until they commit.

    Behind an end that is not signed with this key it goes on unsigned, so that `verify` still says so; unless it is
    signed `anew`, since the key was lost.
    """
    if not entries:
        return
    row = await tx.fetchrow("select number, hash, mac from audit_head for update")
    assert row is not None, "the migration made it"
    before = Head(row["number"], row["hash"], row["mac"])
    # Read after the lock was given, so that the clock goes on from entry to entry.
    at: datetime = await tx.fetchval("select clock_timestamp()")
    last, links = Link(row["number"], "", row["hash"]), []
    for one in entries:
        last = link(last.hash, last.number + 1, _written(one, at))
        links.append(last)
    await tx.copy_records_to_table(
        "audit",
        columns=("number", "entry", "hash"),
        records=[(each.number, each.entry, each.hash) for each in links],
    )
    end = head(key, last) if anew else after(key, before, last)
    await tx.execute("update audit_head set number = $1, hash = $2, mac = $3", end.number, end.hash, end.mac)


def _written(one: Entry, at: datetime) -> str:
    return canonical(
        {
            "at": at.isoformat(),
            "act": one.act,
            "who": _opaque(one.who.ref),
            "door": one.who.door,
            "about": _opaque(one.about),
            "fields": list(one.fields),
            "purpose": one.purpose,
            "outcome": one.outcome,
        }
    )


def _opaque(name: str) -> str:
    """A name as it may be kept: whoever asks may have put anything in its place."""
    plain = name.isascii() and name.isprintable() and len(name) <= 64 and not NUMBER.search(name)  # noqa: PLR2004
    return name if plain else "…"


async def end(connection: Connection) -> Head:
    """The end of the chain."""
    row = await connection.fetchrow("select number, hash, mac from audit_head")
    return Head() if row is None else Head(row["number"], row["hash"], row["mac"])


async def walked(connection: Connection, after: int = 0) -> AsyncIterator[Link]:
    """The entries in the order of their numbers, a page at a time."""
    while True:
        rows = await connection.fetch(
            "select number, entry, hash from audit where number > $1 order by number limit $2", after, PAGE
        )
        for row in rows:
            yield Link(row["number"], row["entry"], row["hash"])
        if len(rows) < PAGE:
            return
        after = rows[-1]["number"]


async def newest(connection: Connection, about: str | None, limit: int) -> list[Link]:
    """The newest entries, of one incident where it is named, oldest first."""
    rows = await connection.fetch(
        """
        select number, entry, hash from audit where $1::text is null or entry::json ->> 'about' = $1
        order by number desc limit $2
        """,
        about,
        limit,
    )
    return [Link(row["number"], row["entry"], row["hash"]) for row in reversed(rows)]
