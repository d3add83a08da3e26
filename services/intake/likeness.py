"""How much alike two texts are, told from sketches that say nothing to who lacks the key. Pure.

A sketch keeps the smallest hashes of a text's characters and pairs of characters (bottom-k, Cohen and Kaplan 2007),
of its words and pairs of words where they are spelt with an alphabet, whose letters stand in every text:
of a text of usual length all of them, so that likeness is exact, and of a long one a fair sample. The hashes are keyed;
at rest the sketch is encrypted besides, because who counts hashes over many texts could guess the frequent ones.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from struct import Struct, pack, unpack

KEPT = 256
"""Hashes a sketch keeps."""
READ = 1000
"""Characters of a text that count: people say at the beginning what it is about, and the door must not wait."""
FEWEST = 12
"""A text with fewer features says too little to compare."""
SHORT, LONGER = 24, 4
"""The shorter of two texts counts as having at least so many features, and at least a fourth of the longer one's."""
IDEOGRAPHS, STEM = "\u2e80", 5
"""From here on a character is a word or a part of one; of a word that is spelt so many letters count."""
_HASH_BYTES = 4
_HEAD = Struct(">HH")
SIZE = _HEAD.size + KEPT * _HASH_BYTES
"""Bytes of every sketch, so that its size does not tell how much was said."""
_FREQUENT = frozenset(
    "的了在是和就都说我你他她它们这那有也被把给与及很要着过得还已从向对为因而但又让不没一个来去到上下里地请求反映村民问题现今年天家人"
)
"""Characters that stand in every report and tell none apart."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text: how many features it had, and the smallest of their hashes, in order."""

    features: int
    hashes: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Whether every feature is in it."""
        return self.features <= len(self.hashes)


def sketch(text: str, key: bytes) -> Sketch | None:
    """The sketch of a text under a key; None of one that says too little."""
    found = _features(text)
    if len(found) < FEWEST:
        return None
    hashes = {int.from_bytes(_hashed(one, key)) for one in found}
    return Sketch(len(found), tuple(nsmallest(KEPT, hashes)))


def _features(text: str) -> set[str]:
    """Characters and pairs of neighbours, in one form of writing, without what stands in every report."""
    folded = unicodedata.normalize("NFKC", text[:READ]).casefold()
    telling = list(_telling(folded))
    return set(telling) | {first + second for first, second in pairwise(telling)}


def _telling(folded: str) -> Iterator[str]:
    """Characters that mean something, and the beginnings of spelt words: what these end in, grammar changes."""
    spelt = ""
    for one in folded:
        if one >= IDEOGRAPHS or one.isdigit() or not (one.isalnum() or unicodedata.category(one)[0] == "M"):
            if spelt:
                yield spelt[:STEM]
            spelt = ""
            if one.isalnum() and one not in _FREQUENT:
                yield one
        else:
            spelt += one
    if spelt:
        yield spelt[:STEM]


def _hashed(feature: str, key: bytes) -> bytes:
    return hashlib.blake2b(feature.encode(), key=key, digest_size=_HASH_BYTES).digest()


def likeness(one: Sketch, other: Sketch) -> float:
    """From 0 to 1: the share of the shorter text's features that the longer one has too."""
    shorter, longer = sorted((one.features, other.features))
    return min(1.0, _shared(one, other) / max(shorter, longer / LONGER, SHORT))


def _shared(one: Sketch, other: Sketch) -> float:
    """How many features both have; an estimate, when a text has more than a sketch keeps."""
    mine, theirs = set(one.hashes), set(other.hashes)
    if one.whole and other.whole:
        return len(mine & theirs)
    sample = nsmallest(KEPT, mine | theirs)
    alike = sum(hashed in mine and hashed in theirs for hashed in sample) / len(sample)
    return alike * (one.features + other.features) / (1 + alike)


def packed(made: Sketch) -> bytes:
    """A sketch as bytes, always of the same size."""
    head = _HEAD.pack(made.features, len(made.hashes))
    return (head + pack(f">{len(made.hashes)}I", *made.hashes)).ljust(SIZE, b"\0")


def unpacked(raw: bytes) -> Sketch:
    """The sketch that was packed."""
    features, count = _HEAD.unpack_from(raw)
    return Sketch(features, unpack(f">{count}I", raw[_HEAD.size : _HEAD.size + count * _HASH_BYTES]))
