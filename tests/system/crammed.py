"""Batches of a few kilobytes that unpack to megabytes, as somebody sends who wants a reader's memory.

Each kind is large in another way: one value, many values, headers by number or by length, records by number, and one
that nothing makes small. Among the records of some of them is a good report.
"""

import gzip
import json
import random
import time
from dataclasses import dataclass

import cramjam
from aiokafka.record.default_records import _DefaultRecordBatchPy

from tests.messaging.batches import CODECS, finished, varint
from tests.system.partner import a_submission, headers

PACK = {"none": bytes, "gzip": gzip.compress, "zstd": cramjam.zstd.compress}
SOURCE = "/hotline/crammed"
MEGABYTE = 1 << 20
LEAST, MOST = 8 * MEGABYTE, 15 * MEGABYTE
"""To how much a batch unpacks that is large by its length."""
HEADS = 400_000
"""Empty headers of one record: fewer than show in the length of their batch."""
TINY, VERY_MANY = 2_000, 100_000
"""Records of a batch of very small ones, and of one such batch in fifty."""
PART = 65_000
"""Bytes of a value, or of a header, that is not too large."""


@dataclass(frozen=True)
class Crammed:
    """A batch as it is sent, and what is in it."""

    batch: bytes
    records: int
    good: tuple[tuple[str, str], ...] = ()
    """The good reports in it, as (source, id)."""
    letters: int = 0
    """Different dead letters that its records become; a batch of which nothing is kept is one as a whole."""


def crammed(seed, at):
    """One batch; `at` says of which kind and with which codec."""
    make = _KINDS[at % len(_KINDS)]
    codec = ("zstd", "gzip")[at // len(_KINDS) % 2]
    return make(f"{seed}-{at}", codec, random.Random(f"{seed}/{at}"))


def _one_value(name, codec, dice):
    """A single value, far too large."""
    value = name.encode() + bytes(dice.randint(LEAST, MOST))
    return _whole(codec, [_record(0, name.encode(), value)], letters=1)


def _values(name, codec, dice):
    """Values that are each just small enough to be looked at."""
    many = dice.randint(LEAST, MOST) // PART
    return _with_good(name, codec, [(b"%d" % at).ljust(PART) for at in range(many)])


def _documents(name, codec, dice):
    """The same of JSON in which there are as many things as can be."""
    many = dice.randint(LEAST, MOST) // PART
    within = b"[" + b"[]," * ((PART - 20) // 3) + b"%d]"
    return _with_good(
        name, codec, [within % at for at in range(many)], [("content-type", b"application/cloudevents+json")]
    )


def _long_headers(name, codec, dice):
    """A header that is just small enough, of each record."""
    many = dice.randint(LEAST, MOST) // PART
    return _with_good(name, codec, [b"%d" % at for at in range(many)], [("x", bytes(PART))])


def _many_headers(name, codec, dice):
    """As many headers as may be, of each record; in memory each is a hundred times as large."""
    many = dice.randint(LEAST, MOST) // 8192
    return _with_good(name, codec, [b"%d" % at for at in range(many)], [("", b"")] * 999)


def _endless_headers(name, codec, dice):
    """Headers without end in one record, and one beside it, which is as lost as its sender is known."""
    del dice
    body = b"\0" * 3 + _part(name.encode()) + _part(b"{}") + varint(HEADS) + b"\0\0" * HEADS
    return _whole(codec, [varint(len(body)) + body, _good(1, name)], letters=1)


def _tiny(name, codec, dice):
    """Very many records of next to nothing."""
    many = VERY_MANY if dice.random() < 1 / 50 else TINY
    return _with_good(name, codec, [b"%d" % at for at in range(many)])


def _incompressible(name, codec, dice):
    """What nothing makes smaller, as large as a topic takes it."""
    del codec
    value = dice.randbytes(4 * MEGABYTE - 4096)
    return _whole("none", [_record(0, name.encode(), value)], letters=1)


_KINDS = (
    _one_value, _values, _documents, _long_headers, _many_headers, _endless_headers, _tiny, _incompressible,
)  # fmt: skip


def _with_good(name, codec, values, given=()):
    """Records with these values, and a good report in their middle."""
    key, middle = name.encode(), len(values) // 2
    said = _headers(given)
    records = [_record(at + (at >= middle), key, value, said) for at, value in enumerate(values)]
    records.insert(middle, _good(middle, name))
    return _whole(codec, records, ((SOURCE, name),), len(values))


def _good(at, name):
    body = json.dumps(a_submission()).encode()
    return _record(at, name.encode(), body, _headers(headers("report.submitted.v1", name, SOURCE)))


def _headers(given):
    """How many, and all their bytes."""
    return varint(len(given)) + b"".join(_part(name.encode()) + _part(said) for name, said in given)


def _part(data):
    return varint(len(data)) + data


def _record(at, key, value, said=b"\0"):
    body = b"\0\0" + varint(at) + _part(key) + _part(value) + said
    return varint(len(body)) + body


def _whole(codec, records, good=(), letters=0):
    now, count = int(time.time() * 1000), len(records)
    head = _DefaultRecordBatchPy.HEADER_STRUCT.pack(
        0, 0, -1, 2, 0, CODECS[codec], count - 1, now, now, -1, -1, -1, count
    )
    batch = finished(head + bytes(PACK[codec](b"".join(records))))
    return Crammed(batch, count, good, letters)
