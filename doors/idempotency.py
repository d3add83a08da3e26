"""The same request twice has one effect and one answer; the same key for another request is refused."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header

from doors.caller import present
from doors.problems import Problem
from doors.wording import KEY
from messaging.database import Connection

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, pattern=KEY,
        description="Chosen by the caller, for ever the name of this request. Send it again after any doubt.",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    body: dict[str, Any]


_LOCK = "pg_advisory_xact_lock(hashtextextended($1, 0))"


def digest(*parts: str) -> bytes:
    """A fingerprint of everything that makes a request what it is."""
    return hashlib.sha256("\0".join(parts).encode()).digest()


@dataclass(frozen=True, slots=True)
class Noted:
    """A request that was answered: its fingerprint as it was kept, and the answer."""

    digest: bytes
    answer: Answer
    bare: bool = False
    """Under the key alone, though its caller is known: from before keys were named within an area, or anybody signed
    in. Whose it was nobody knows, so it is the caller's only if it is the same request."""


def _among_all(key: str) -> str:
    """A caller's name for a request among those of all: a name is of an area, and nobody's elsewhere.

    Else whoever guesses a key of another area would learn that it was used, or take it before its owner does.
    No key has a blank in it.
    """
    caller = present()
    return key if caller is None else f"{caller.area} {key}"


async def noted(tx: Connection, key: str) -> Noted | None:
    """What was answered under a key before, after waiting for a twin that is under way.

    Be it at a process of an older release, which knows the key alone: that is waited for, and kept from nobody.
    """
    name = _among_all(key)
    if name == key:
        await tx.execute(f"select {_LOCK}", name)
    else:
        await tx.execute(f"select {_LOCK}, pg_advisory_xact_lock_shared(hashtextextended($2, 0))", name, key)
    row = await tx.fetchrow(
        "select key, digest, status, body from answered where key = any($1::text[]) order by key = $2 desc limit 1",
        [name, key],
        name,
    )
    if row is None:
        return None
    return Noted(row["digest"], Answer(row["status"], json.loads(row["body"])), bare=row["key"] != name)


async def earlier(tx: Connection, key: str, fingerprint: bytes) -> Answer | None:
    """The answer given before, after waiting for a twin that is under way. Raises `Problem` 422 for another request."""
    found = await noted(tx, key)
    if found is None:
        return None
    if found.digest != fingerprint:
        check_is_nobody_s(found)
        return None
    return found.answer


def check_is_nobody_s(found: Noted) -> None:
    """A key that another request has: nothing to the caller where it may be somebody else's. Raises `Problem` 422."""
    if not found.bare:
        raise Problem(
            422,
            "key-reused",
            "This Idempotency-Key was used for another request.",
            zh="幂等键已用于另一个请求",
        )


async def remember(tx: Connection, key: str, fingerprint: bytes, answer: Answer) -> None:
    """Keeps an answer in the transaction that makes it true."""
    await tx.execute(
        "insert into answered (key, digest, status, body) values ($1, $2, $3, $4)",
        _among_all(key),
        fingerprint,
        answer.status,
        json.dumps(answer.body),
    )
