"""A header whose name is no text costs nobody a record: not those beside it in its batch, and not its own."""

import gzip

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from messaging import lenient
from messaging.cloudevents import decode
from messaging.envelope import Record
from messaging.errors import Rejected
from messaging.lenient import EXCESSIVE, UNPACKABLE, UNREADABLE, Lenient
from schemas.topics import TOPICS
from tests.messaging.batches import CODECS, GOOD, PACKED, a_batch, changed, headed, read, value
from tests.system.wire import UnreadableName

BAD = [("ce_id", b"1"), (UnreadableName("x"), b"y"), ("z", b"")]


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
    bad = a_batch(1, *[PACKED] * 3, codec=codec)

    found = read(good + bad + a_batch(4, PACKED, codec=codec))

    assert [(one.offset, one.headers) for one in found] == [
        (0, tuple(PACKED)), (3, ((EXCESSIVE, b""),)), (4, tuple(PACKED)),
    ]  # fmt: skip
    with pytest.raises(
        Rejected, match="too-large: partition 0, offset 1: a batch of records unpacks to more"
    ):
        decode(Record("village.inbound", 0, 1, None, found[1].headers, None), TOPICS["village.inbound"], {})


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
    with pytest.raises(
        Rejected, match="wrong-schema: partition 0, offset 1: a batch of records cannot be unpacked"
    ):
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


def test_consumers_are_taught(monkeypatch):
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)

    lenient.teach()

    assert fetcher.MemoryRecords is Lenient
    assert "MemoryRecords" in fetcher.Fetcher._proc_fetch_request.__code__.co_names
