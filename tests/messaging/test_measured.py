"""What one look at a partition takes into memory is bearable, whatever was packed into what was fetched."""

from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from messaging import lenient
from messaging.inbox import BATCH
from messaging.large import MAX_BODY, MOST_HEADERS
from messaging.lenient import Lenient
from messaging.measured import MOST, Measured
from tests.messaging.test_lenient import a_batch, headed

INBOUND, OURS = "village.inbound", "village.intake"


class State:
    """How far a partition was read, as the library keeps it."""

    paused, position = False, 0

    def consumed_to(self, position):
        self.position = position


def looks(topic, batches, most=BATCH, kind=Measured):
    """What each look at it gives, when what is left is fetched again as the library does."""
    place, state, found = TopicPartition(topic, 0), State(), []
    assignment = SimpleNamespace(active=True, state_value=lambda _: state)
    end = len(list(records(place, batches, 0)))
    while state.position < end:
        result = kind(
            place, assignment=assignment, partition_records=records(place, batches, state.position), backoff=0
        )
        while result.has_more() and state.position < end:
            found.append(result.getall(most))
    return found


def records(place, batches, begin):
    """What a broker gives from there on: the batch in which it lies, and those behind it."""
    left = [
        one for one in batches if int.from_bytes(one[:8], "big") + int.from_bytes(one[23:27], "big") >= begin
    ]
    return fetcher.PartitionRecords(
        place, Lenient(b"".join(left)), None, begin, None, None, check_crcs=True, isolation_level=0
    )


@pytest.mark.parametrize("most", [1, 7, BATCH, None])
def test_what_is_bearable_is_given_as_the_library_gives_it(most):
    fetched = [a_batch(at * 3, *[[("x", b"y")]] * 3) for at in range(20)]

    given = looks(INBOUND, fetched, most)

    assert given == looks(INBOUND, fetched, most, fetcher.FetchResult)
    assert [one.offset for look in given for one in look] == list(range(60))


def test_of_large_records_some_are_given_at_once_and_every_one_once():
    full = MOST // MAX_BODY
    fetched = [a_batch(0, *[[("x", b"y")]] * 3), *(large(3 + at, MAX_BODY) for at in range(2 * full + 3))]

    given = looks(INBOUND, fetched)

    assert [len(look) for look in given] == [3 + full, full, 3]
    assert [one.offset for look in given for one in look] == list(range(2 * full + 6))
    assert {len(one.value) for look in given for one in look if one.offset > 2} == {MAX_BODY}


def test_our_own_topics_are_read_as_the_library_reads_them():
    [given] = looks(OURS, [large(at, MOST) for at in range(3)])

    assert [(one.offset, len(one.value)) for one in given] == [(at, MOST) for at in range(3)]


def test_in_the_middle_of_a_batch_as_well():
    given = looks(INBOUND, [headed("zstd", *[1000] * 60)])

    assert [one.offset for look in given for one in look] == list(range(60))
    assert [len(look) for look in given] == [21, 21, 18]


def test_of_what_others_send_no_more_is_kept_than_shows_that_it_is_too_large():
    [[value]] = looks(INBOUND, [large(0, 3_000_000)])
    [[headers]] = looks(INBOUND, [headed("zstd", 5000)])

    assert len(value.value) == MAX_BODY + 1
    assert len(headers.headers) == MOST_HEADERS + 1


def test_consumers_are_taught(monkeypatch):
    monkeypatch.setattr(fetcher, "FetchResult", fetcher.FetchResult)
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)

    lenient.teach()

    assert fetcher.FetchResult is Measured
    for method in (fetcher.Fetcher._proc_fetch_request, fetcher.Fetcher.fetched_records):
        assert "FetchResult" in method.__code__.co_names


def large(at, size):
    """A batch of one record whose value has that size."""
    builder = _DefaultRecordBatchBuilderPy(
        magic=2, compression_type=4, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1 << 24,
    )  # fmt: skip
    builder.append(0, timestamp=1, key=None, value=bytes(size), headers=[])
    batch = builder.build()
    batch[:8] = at.to_bytes(8, "big")
    return bytes(batch)
