"""Batches of records as a broker keeps them: whole, packed, spoilt, and with headers that nobody needs."""

import gzip
import struct

import cramjam
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy, _DefaultRecordBatchPy
from aiokafka.record.util import calc_crc32c

from messaging.lenient import Lenient
from messaging.turn import Turn

GOOD = [("ce_id", b"1"), ("x", None)]
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


PACKED = [("x", bytes(60))]
"""Of which even one is worth packing, and fits into a hundred bytes."""


def value(at):
    """Of each record of a batch; of two already it is worth packing them."""
    return b"%d" % at + b"v" * 40 if at else None


def a_batch(first, *headers, codec="none"):
    """Its bytes, as a broker keeps them, beginning at an offset; packed indeed where a codec is named."""
    builder = _DefaultRecordBatchBuilderPy(
        magic=2, compression_type=CODECS[codec], is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 20,
    )  # fmt: skip
    for at, one in enumerate(headers):
        builder.append(at, timestamp=1, key=b"%d" % at, value=value(at), headers=one)
    batch = builder.build()
    batch[:8] = first.to_bytes(8, "big")
    assert batch[22] & 7 == CODECS[codec], "a batch that small is not packed"
    return bytes(batch)


def foreign(fetched):
    """What others sent, as it is read."""
    found = Lenient(fetched)
    found.turn = Turn()
    return found


def read(fetched, records=foreign, begin=0):
    """What a consumer is given of it."""
    given = (TopicPartition("village.inbound", 0), records(fetched), None, begin, None, None, True, 0)
    return list(fetcher.PartitionRecords(*given))


def changed(batch, change):
    """A batch whose packed records are others, in order for whoever does not unpack them."""
    begin = _DefaultRecordBatchPy.HEADER_STRUCT.size
    assert batch[22] & 7, "what is to be changed is not packed"
    return finished(batch[:begin] + change(batch[begin:]))


def finished(batch):
    """With its length and its sum."""
    whole = bytearray(batch)
    struct.pack_into(">i", whole, 8, len(whole) - 12)
    struct.pack_into(">I", whole, 17, calc_crc32c(bytes(whole[21:])))
    return bytes(whole)


def varint(number):
    number, said = (number << 1) ^ (number >> 63), b""
    while number > 0x7F:
        said, number = said + bytes([number & 0x7F | 0x80]), number >> 7
    return said + bytes([number])


def record(at, headers):
    """A record's bytes, with so many headers that have neither name nor value."""
    body = b"\0" + varint(0) + varint(at) + varint(-1) * 2 + varint(headers) + b"\0\1" * headers
    return varint(len(body)) + body


def headed(codec, *headers):
    """A batch of records with so many empty headers each."""
    pack = {"none": bytes, "gzip": gzip.compress}.get(codec) or getattr(cramjam, codec).compress
    batch = bytearray(a_batch(0, *[[]] * len(headers)))
    batch[22] = CODECS[codec]
    records = bytes(pack(b"".join(record(at, many) for at, many in enumerate(headers))))
    return finished(batch[: _DefaultRecordBatchPy.HEADER_STRUCT.size] + records)
