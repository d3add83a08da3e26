"""The chain of an audit: each entry's hash covers the entry before, so that what was changed shows. Pure."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

START = b""
"""The hash before the first entry."""
What = Literal["changed", "inserted", "removed", "truncated", "forged"]


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as it is stored; numbers are dense from 1."""

    number: int
    entry: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain; `mac` is a keyed digest of it, empty before the first entry."""

    number: int = 0
    hash: bytes = START
    mac: bytes = b""


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which a chain is not what was written."""

    number: int
    what: What


def canonical(entry: Mapping[str, Any]) -> str:
    """The one way in which an entry is written."""
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(before: bytes, number: int, entry: str) -> Link:
    """The entry behind one with that hash."""
    return Link(number, entry, _hash(before, number, entry))


def head(key: bytes, last: Link) -> Head:
    """The end of a chain, signed."""
    return Head(last.number, last.hash, _mac(key, last.number, last.hash))


def after(key: bytes, before: Head, last: Link) -> Head:
    """The end of a chain that went on from another: what was not signed before is not signed by going on."""
    return head(key, last) if _signed(key, before) else Head(last.number, last.hash)


@dataclass(slots=True)
class Walk:
    """A chain looked at entry by entry, however long it is; `known` are ends that somebody noted elsewhere.

    The chain must go through each of them, else it was cut and written anew.
    """

    known: Sequence[Head] = ()
    before: bytes = START
    number: int = 0

    def step(self, one: Link) -> Broken | None:
        """The next entry; whether the chain is broken there."""
        self.number = number = self.number + 1
        if one.number != number:
            return Broken(min(number, one.number), "removed" if one.number > number else "inserted")
        if one.hash != _hash(self.before, number, one.entry):
            return Broken(number, "changed")
        if any(known.number == number and known.hash != one.hash for known in self.known):
            return Broken(number, "forged")
        self.before = one.hash
        return None

    def ended(self, end: Head, key: bytes) -> Broken | None:
        """Whether it ends as it should."""
        if self.number < max(end.number, *(known.number for known in self.known), 0):
            return Broken(self.number + 1, "truncated")
        if self.number > end.number:
            return Broken(end.number + 1, "inserted")
        if end.hash != self.before or not _signed(key, end):
            return Broken(self.number, "forged")
        return None


def broken(links: Iterable[Link], end: Head, key: bytes, *known: Head) -> Broken | None:
    """The first broken place of a chain, in its order, or None; `known` as a walk takes them."""
    walk = Walk(known)
    for one in links:
        if (found := walk.step(one)) is not None:
            return found
    return walk.ended(end, key)


def _signed(key: bytes, end: Head) -> bool:
    return end == Head() or hmac.compare_digest(end.mac, _mac(key, end.number, end.hash))


def _hash(before: bytes, number: int, entry: str) -> bytes:
    return hashlib.sha256(before + number.to_bytes(8, "big") + entry.encode()).digest()


def _mac(key: bytes, number: int, hashed: bytes) -> bytes:
    return hmac.new(key, b"fengqiao audit head" + number.to_bytes(8, "big") + hashed, hashlib.sha256).digest()
