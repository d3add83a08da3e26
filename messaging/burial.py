"""Every statement with which a batch buries events as dead letters, or closes letters that are done."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from asyncpg import Record as DatabaseRow

from messaging.cloudevents import from_json, to_json
from messaging.database import Connection
from messaging.envelope import Letter, Record, Stream
from messaging.errors import Rejected
from messaging.lenient import UNOPENED

FORGOTTEN = """
    record = case when sealed then null else record end, value = case when sealed then null else value end,
    identity = case when sealed then gen_random_uuid()::text else identity end
    """
"""What becomes of a dead letter when it is done: bytes that may name people are not kept, nor any digest of them."""


class Seal(Protocol):
    """Encrypts what came through the untrusted door before it is stored, and decrypts it for a second try."""

    def close(self, value: bytes) -> bytes:
        """The value, encrypted."""
        ...

    def open(self, value: bytes) -> bytes:
        """The value as it came."""
        ...

    def names(self, record: Record, plain: str) -> Sequence[str]:
        """What a letter of this identity is called, then what older keys called it: keyed, nobody can guess."""
        ...


async def bury(
    tx: Connection, letters: Sequence[Letter], seal: Seal | None, untrusted: frozenset[str]
) -> None:
    """Writes dead letters; the same bytes again only raise the count, be it in one batch.

    Of `untrusted` topics everything the sender chose is encrypted, key and headers too: it may name people.
    """
    every = [_row(one, seal if one.stream.topic in untrusted else None) for one in letters]
    rows = list({one.names[0]: one for one in every}.values())
    times = Counter(one.names[0] for one in every)
    await _renamed(tx, rows)
    await tx.execute(
        """
        insert into dead_letter as d (identity, topic, key, seq, kind, reason, detail, record, value, sealed, seen)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::bytea[], $10::boolean[], $11::integer[])
        on conflict (identity) where status in ('open', 'redrive', 'discard')
        do update set seen = d.seen + excluded.seen, last_at = now(), status = 'open',
            reason = excluded.reason, detail = excluded.detail
        """,
        [one.names[0] for one in rows],
        [one.letter.stream.topic for one in rows],
        ["" if one.seal else one.letter.stream.key for one in rows],
        [one.letter.seq for one in rows],
        [one.letter.kind for one in rows],
        [one.letter.reason for one in rows],
        [one.letter.detail for one in rows],
        [one.record() for one in rows],
        [one.value() for one in rows],
        [one.seal is not None for one in rows],
        [times[one.names[0]] for one in rows],
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A dead letter as it is stored: sealed when it came from outside."""

    letter: Letter
    seal: Seal | None
    names: Sequence[str]
    """What makes two dead letters the same, then what older keys called it; of a sealed one keyed."""

    def record(self) -> str | None:
        """The record without its value, as text."""
        if self.letter.record is None:
            return None
        text = to_json(self.letter.record)
        return text if self.seal is None else base64.b64encode(self.seal.close(text.encode())).decode()

    def value(self) -> bytes | None:
        """The record's value."""
        value = None if self.letter.record is None else self.letter.record.value
        return value if self.seal is None or value is None else self.seal.close(value)


def _row(letter: Letter, seal: Seal | None) -> _Row:
    plain = identity(letter)
    return _Row(letter, seal, seal.names(letter.record, plain) if seal and letter.record else [plain])


async def _renamed(tx: Connection, rows: Sequence[_Row]) -> None:
    """What lies there under a name of older keys gets its present one, so that it is found again."""
    older = [(before, one.names[0]) for one in rows for before in one.names[1:]]
    for before, now in older:
        await tx.execute(
            """
            update dead_letter d set identity = $2
            where identity = $1 and status in ('open', 'redrive', 'discard') and not exists (
                select from dead_letter o where o.identity = $2 and o.status in ('open', 'redrive', 'discard'))
            """,
            before,
            now,
        )


def exhumed(row: DatabaseRow, seal: Seal | None) -> Record | None:
    """The record of a dead letter as it came; None for a gap. Raises `Rejected` when it cannot be unsealed."""
    text, value = row["record"], row["value"]
    if text is None:
        return None
    if row["sealed"]:
        if seal is None:
            raise Rejected("sealed", "this dead letter is sealed and no key is at hand")
        text = seal.open(base64.b64decode(text)).decode()
        value = None if value is None else seal.open(value)
    return from_json(row["topic"], text, value)


def identity(letter: Letter) -> str:
    """What makes two dead letters the same: every byte of the record but its place and its trace.

    What stands for a batch that was not opened has no bytes of its own, so there it is the place.
    """
    digest = hashlib.sha256(repr((letter.stream, letter.seq, letter.kind == "gap")).encode())
    if letter.record is not None:
        headers = [(name, value or b"") for name, value in letter.record.headers if name != "traceparent"]
        digest.update(repr((letter.record.key, headers, letter.record.value)).encode())
        if any(name in UNOPENED for name, _ in headers):
            digest.update(repr((letter.record.partition, letter.record.offset)).encode())
    return digest.hexdigest()


async def settle(tx: Connection, moved: Mapping[Stream, int], redriven: Sequence[int]) -> None:
    """Closes dead letters that are done: those of streams that moved past them, and those sent back.

    A stream with a letter further on still waits for it: nothing else says so of an event that nobody could read.
    What was sealed of them is forgotten: nobody needs it any more.
    """
    await tx.execute(
        f"""
        update dead_letter set status = 'applied', last_at = now(), {FORGOTTEN}
        where id = any($4::bigint[]) or id in (
            select d.id from unnest($1::text[], $2::text[], $3::bigint[]) as s (topic, key, seq)
            join dead_letter d on d.topic = s.topic and d.key = s.key and d.seq <= s.seq and d.status = 'open')
        """,  # noqa: S608 - a list of columns, nothing from outside
        [one.topic for one in moved],
        [one.key for one in moved],
        list(moved.values()),
        list(redriven),
    )
    await tx.execute(
        """
        update guard g set waiting = true
        from unnest($1::text[], $2::text[], $3::bigint[]) as s (topic, key, seq)
        where (g.topic, g.key) = (s.topic, s.key) and exists (
            select from dead_letter d where (d.topic, d.key) = (s.topic, s.key) and d.seq > s.seq
                and d.status in ('open', 'redrive', 'discard'))
        """,
        [one.topic for one in moved],
        [one.key for one in moved],
        list(moved.values()),
    )
