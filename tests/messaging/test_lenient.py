"""A header whose name is no text costs nobody a record: not those beside it in its batch, and not its own."""

import gzip
import resource
import struct
import tracemalloc

import cramjam
import pytest
from aiokafka import TopicPartition
from aiokafka.codec import snappy_encode
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy, _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from messaging import lenient, packed
from messaging.cloudevents import decode
from messaging.envelope import Record
from messaging.errors import Rejected
from messaging.lenient import EXCESSIVE, UNPACKABLE, UNREADABLE, Lenient
from schemas.topics import TOPICS
from tests.system.wire import UnreadableName

GOOD = [("ce_id", b"1"), ("x", None)]
BAD = [("ce_id", b"1"), (UnreadableName("x"), b"y"), ("z", b"")]
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


def read(fetched, records=Lenient, begin=0):
    """What a consumer is given of it."""
    given = (TopicPartition("village.inbound", 0), records(fetched), None, begin, None, None, True, 0)
    return list(fetcher.PartitionRecords(*given))


def told(records):
    return [(one.offset, one.key, one.value, one.headers) for one in records]


@pytest.mark.parametrize("codec", CODECS)
def test_every_record_comes_whole_and_such_a_name_is_marked(codec):
    fetched = a_batch(0, GOOD, GOOD, codec=codec) + a_batch(2, GOOD, BAD, GOOD, BAD, codec=codec)

    found = read(fetched)

    assert [(one.offset, one.key, one.value) for one in found] == [
        (at, b"%d" % key, value(key)) for at, key in enumerate([0, 1, 0, 1, 2, 3])
    ]
    marked = (("ce_id", b"1"), (UNREADABLE, b"y"), ("z", b""))
    assert [one.headers for one in found] == [marked if at in (3, 5) else tuple(GOOD) for at in range(6)]


def test_from_the_middle_of_a_batch_on_nothing_comes_twice():
    fetched = a_batch(7, GOOD, BAD, GOOD, BAD, GOOD)

    assert [one.offset for one in read(fetched, begin=9)] == [9, 10, 11]


def test_what_the_library_can_read_comes_as_it_reads_it():
    fetched = a_batch(0, GOOD) + a_batch(1, GOOD, GOOD) + a_batch(3, GOOD)[:-1]

    assert told(read(fetched)) == told(read(fetched, MemoryRecords))
    assert Lenient(fetched).size_in_bytes() == len(fetched)


def test_the_library_alone_still_loses_what_is_behind_such_a_name():
    fetched = a_batch(0, GOOD, BAD, GOOD)

    with pytest.raises(UnicodeDecodeError):
        read(fetched, MemoryRecords)
    with pytest.raises(UnicodeDecodeError):
        read(fetched, MemoryRecords, begin=2)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_that_unpacks_to_too_much_is_one_record_that_says_so_and_the_next_is_read(codec, monkeypatch):
    good = a_batch(0, PACKED, codec=codec)
    monkeypatch.setattr(lenient, "MOST", 100)
    monkeypatch.setattr(lenient, "_HEADED", 100)
    bad = a_batch(1, *[PACKED] * 3, codec=codec)

    found = read(good + bad + a_batch(4, PACKED, codec=codec))

    assert [(one.offset, one.headers) for one in found] == [
        (0, tuple(PACKED)), (3, ((EXCESSIVE, b""),)), (4, tuple(PACKED)),
    ]  # fmt: skip
    with pytest.raises(Rejected, match="too-large: offset 1: a batch of records unpacks to more"):
        decode(Record("village.inbound", 0, 1, None, found[1].headers, None), TOPICS["village.inbound"], {})


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


PADDED = {
    "padding and another stream": lambda packed: packed + bytes(9) + gzip.compress(bytes(100)),
    "padding": lambda packed: packed + bytes(9),
    "another stream": lambda packed: packed + gzip.compress(bytes(100)),
}


@pytest.mark.parametrize("how", PADDED)
def test_of_a_batch_behind_which_something_lies_that_no_broker_looks_at_every_record_is_read(how):
    batch = changed(a_batch(0, *[PACKED] * 3, codec="gzip"), PADDED[how])

    found = read(batch + a_batch(3, GOOD))

    assert [(one.offset, len(one.headers)) for one in found] == [(0, 1), (1, 1), (2, 1), (3, 2)]
    assert not {UNPACKABLE, EXCESSIVE} & {name for one in found for name, _ in one.headers}


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_batch_that_cannot_be_unpacked_is_one_record_that_says_so_and_the_next_is_read(codec):
    spoilt = {"gzip": lambda packed: packed + b"no such thing"}.get(codec, lambda packed: packed[:-9])
    batch = changed(a_batch(1, *[PACKED] * 3, codec=codec), spoilt)

    found = read(batch + a_batch(4, GOOD))

    assert [(one.offset, one.headers) for one in found] == [(3, ((UNPACKABLE, b""),)), (4, tuple(GOOD))]
    with pytest.raises(Rejected, match="wrong-schema: offset 1: a batch of records cannot be unpacked"):
        decode(Record("village.inbound", 0, 1, None, found[0].headers, None), TOPICS["village.inbound"], {})


def test_what_stands_for_a_batch_is_in_the_place_of_its_last_record_so_that_who_commits_it_is_behind_all_of_them():
    packed_badly = changed(a_batch(0, *[GOOD] * 9, codec="gzip"), lambda packed: packed + b"no such thing")

    assert [one.offset for one in read(packed_badly)] == [8]
    assert [one.offset for one in read(headed("zstd", 3, 400_000))] == [1]
    assert [one.offset for one in read(headed("zstd", 3, 400_000), begin=1)] == [1], "from its middle as well"


def test_a_batch_that_breaks_off_says_so_where_it_does():
    batch = changed(
        a_batch(0, *[PACKED] * 3, codec="gzip"),
        lambda packed: gzip.compress(gzip.decompress(packed)[:-30]),
    )

    assert [one.headers[0][0] for one in read(batch)] == ["x", "x", UNPACKABLE]


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


@pytest.mark.parametrize("codec", ["none", "gzip", "lz4", "zstd"])
def test_headers_without_end_are_never_taken_apart(codec):
    bomb = headed(codec, 0, 3, 2_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = read(bomb + a_batch(3, GOOD))

    assert [(one.offset, one.headers) for one in found] == [(2, ((EXCESSIVE, b""),)), (3, tuple(GOOD))]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


def test_nor_where_they_make_no_large_batch():
    found = read(headed("zstd", 3, 400_000) + a_batch(2, GOOD))

    assert [one.headers for one in found] == [((EXCESSIVE, b""),), tuple(GOOD)]


@pytest.mark.parametrize("codec", ["none", "zstd"])
def test_a_large_batch_of_records_with_bearable_headers_is_read(codec):
    found = read(headed(codec, *[1000] * 600))

    assert [len(one.headers) for one in found] == [1000] * 600


def test_what_is_not_in_order_has_no_headers_without_end():
    assert not packed.heads_without_end(b"\x80" * 1000, 0, 5, 1)
    assert not packed.heads_without_end(b"", 0, 5, 1)
    assert not packed.heads_without_end(varint(-5) * 9, 0, 5, 1)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_a_small_batch_is_looked_at_in_little_room(codec):
    batch = memoryview(a_batch(0, *[[("x", bytes(60))]] * 9, codec=codec))

    tracemalloc.start()
    try:
        assert not lenient.more_than(packed.MOST, batch)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("flag", [0x40, 0x80])
def test_what_only_the_library_unpacks_is_not_unpacked_either(flag):
    bomb = bytearray(gzip.compress(bytes(20 << 20)))
    bomb[3] = flag

    assert packed.excessive(CODECS["gzip"], bytes(bomb))
    assert packed.excessive(
        CODECS["gzip"], gzip.compress(b"small") + bytes(9) + gzip.compress(bytes(20 << 20))
    )


@pytest.mark.parametrize("codec", ["gzip", "lz4", "zstd"])
def test_sixty_four_megabytes_in_a_few_kilobytes_are_never_unpacked(codec):
    bomb = bytes(getattr(cramjam, codec).compress(bytes(64 << 20)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert packed.excessive(CODECS[codec], bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 24 << 10


@pytest.mark.parametrize("blocks", [True, False])
def test_of_snappy_it_is_known_without_unpacking_in_blocks_and_without(blocks):
    one = bytes(snappy_encode(bytes(1000), xerial_compatible=blocks))

    assert packed.excessive(2, one, most=999)
    assert not packed.excessive(2, one, most=1000)


def test_what_is_just_small_enough_is_read_and_what_is_broken_is_left_to_the_library():
    packs = {1: cramjam.gzip, 3: cramjam.lz4, 4: cramjam.zstd}
    for codec, module in packs.items():
        one = bytes(module.compress(bytes(1000)))
        assert not packed.excessive(codec, one, most=1000)
        assert packed.excessive(codec, one, most=999)
        assert not packed.excessive(codec, b"no such thing")
    assert not packed.excessive(2, b"\x82SNAPPY\x00" + bytes(9))


def test_consumers_are_taught(monkeypatch):
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)

    lenient.teach()

    assert fetcher.MemoryRecords is Lenient
    assert "MemoryRecords" in fetcher.Fetcher._proc_fetch_request.__code__.co_names
