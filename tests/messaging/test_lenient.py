"""A header whose name is no text costs nobody a record: not those beside it in its batch, and not its own."""

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from messaging import lenient
from messaging.lenient import UNREADABLE, Lenient
from tests.system.wire import UnreadableName

GOOD = [("ce_id", b"1"), ("x", None)]
BAD = [("ce_id", b"1"), (UnreadableName("x"), b"y"), ("z", b"")]
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def a_batch(first, *headers, codec="none"):
    """Its bytes, as a broker keeps them, beginning at an offset."""
    builder = _DefaultRecordBatchBuilderPy(
        magic=2, compression_type=CODECS[codec], is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 20,
    )  # fmt: skip
    for at, one in enumerate(headers):
        builder.append(at, timestamp=1, key=b"%d" % at, value=b"v" * at or None, headers=one)
    batch = builder.build()
    batch[:8] = first.to_bytes(8, "big")
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
        (at, b"%d" % key, b"v" * key or None) for at, key in enumerate([0, 1, 0, 1, 2, 3])
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


def test_consumers_are_taught(monkeypatch):
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)

    lenient.teach()

    assert fetcher.MemoryRecords is Lenient
    assert "MemoryRecords" in fetcher.Fetcher._proc_fetch_request.__code__.co_names
