"""Whether a compressed batch unpacks to more than is bearable: two kilobytes of zeros may be sixty-four megabytes.

A broker bounds what was sent and not what it unpacks to, and the client library unpacks whatever it is. A process that
is ended for want of memory begins with the same batch again.
"""

import struct
import zlib
from gzip import GzipFile
from io import BytesIO
from mmap import mmap
from typing import Any

import cramjam

Bytes = bytes | bytearray | memoryview
MOST = 16 * 1024 * 1024
"""Bytes: four times the largest batch that a topic takes."""
_GZIP, _SNAPPY, _LZ4, _ZSTD = 1, 2, 3, 4
_UNPACKERS: dict[int, Any] = {_LZ4: cramjam.lz4, _ZSTD: cramjam.zstd}
BROKEN = (OSError, EOFError, zlib.error, struct.error, cramjam.DecompressionError)
"""What is raised where something cannot be unpacked."""
_PART = 1 << 20
_LONGEST = 63
"""Bits of a number."""
_BLOCKS = b"\x82SNAPPY\x00"
_BEGIN = 16
"""How snappy begins where it comes in blocks, and where the first of them begins."""


def excessive(codec: int, packed: bytes, most: int = MOST) -> bool:
    """Whether it is too much, by Kafka's number of the codec. What cannot be unpacked at all is not."""
    try:
        if codec == _SNAPPY:
            return _snappy(packed, most)
        if codec == _GZIP:
            return _gzip(packed, most)
        if codec in _UNPACKERS:
            with mmap(-1, most) as room:  # the system gives only what is written to
                _UNPACKERS[codec].decompress_into(packed, room)
    except BROKEN as error:
        return "whole buffer" in str(error)
    return False


def _gzip(packed: bytes, most: int) -> bool:
    """With what the library unpacks it with: others stop at padding, behind which it goes on."""
    total = 0
    with GzipFile(fileobj=BytesIO(packed)) as unpacking:
        while total <= most and (part := unpacking.read(_PART)):
            total += len(part)
    return total > most


def _snappy(packed: bytes, most: int) -> bool:
    """Each block says how long it will be, and is not unpacked when it lies."""
    if not packed.startswith(_BLOCKS):
        return int(cramjam.snappy.decompress_raw_len(packed)) > most
    at, total = _BEGIN, 0
    while at < len(packed) and total <= most:
        (length,) = struct.unpack_from(">i", packed, at)
        total += cramjam.snappy.decompress_raw_len(packed[at + 4 : at + 4 + max(length, 0)])
        at += 4 + max(length, 0)
    return total > most


def heads_without_end(records: Bytes, at: int, count: int, most: int) -> bool:
    """Whether one of so many unpacked records has more headers than these; what is not in order has none."""
    try:
        for _ in range(count):
            length, begin = _varint(records, at)
            at = begin + max(length, 0)
            if length > 2 * most and _heads(records, begin) > most:  # a header is two bytes at the least
                return True
    except IndexError:
        pass
    return False


def _heads(records: Bytes, begin: int) -> int:
    """How many headers a record has. Raises `IndexError`."""
    at = begin + 1  # attributes
    for _ in range(2):  # when, and its place in the batch
        at = _varint(records, at)[1]
    for _ in range(2):  # key and value
        size, at = _varint(records, at)
        at += max(size, 0)
    return _varint(records, at)[0]


def _varint(data: Bytes, at: int) -> tuple[int, int]:
    """A number as Kafka writes it, and where the next begins. Raises `IndexError`."""
    found = shift = 0
    while (byte := data[at]) & 0x80:
        found |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if shift > _LONGEST:
            raise IndexError
    found |= byte << shift
    return (found >> 1) ^ -(found & 1), at + 1
