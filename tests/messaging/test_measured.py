"""What one look at a partition takes into memory is bearable, whatever was packed into what was fetched."""

import gc
import time
import weakref
from collections import OrderedDict
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from messaging import lenient
from messaging.inbox import BATCH
from messaging.large import MAX_BODY, MOST_HEADERS
from messaging.lenient import Lenient
from messaging.measured import MOST, Measured, go_behind
from messaging.patient import Patient
from tests.messaging.batches import GOOD, a_batch, headed

INBOUND, OURS = "village.inbound", "village.intake"


class State:
    """How far a partition was read, as the library keeps it."""

    paused, position = False, 0

    def consumed_to(self, position):
        self.position = position


def looks(topic, batches, most=BATCH, kind=Measured):
    """What each look at it gives, when what is left is fetched again as the library does."""
    [place], assignment, found = *assigned(topic), []
    state = assignment.state_value(place)
    end = len(list(records(place, batches, 0)))
    while state.position < end:
        result = fetched(kind, assignment, place, batches)
        while result.has_more() and state.position < end:
            found.append(result.getall(most))
    return found


def assigned(topic, count=1):
    """So many partitions, and the library's notes on who has them."""
    states = {TopicPartition(topic, at): State() for at in range(count)}
    return list(states), SimpleNamespace(active=True, tps=set(states), state_value=states.get)


def fetched(kind, assignment, place, batches):
    """What was fetched of a partition from where it is read."""
    begin = assignment.state_value(place).position
    return kind(place, assignment=assignment, partition_records=records(place, batches, begin), backoff=0.1)


def reader(assignment, line):
    """A consumer, as far as it is looked at."""
    subscribed = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))
    return SimpleNamespace(_fetcher=SimpleNamespace(_records=OrderedDict(line)), _subscription=subscribed)


def turns(places, assignment, batches):
    """What each poll of some partitions that were fetched once gives, as the library goes through them."""
    line = {place: fetched(Measured, assignment, place, batches) for place in places}
    consumer = reader(assignment, line)
    while line := consumer._fetcher._records:
        given = {place: found for place, one in line.items() if (found := one.getall(BATCH))}
        for place in [place for place, one in line.items() if not one.has_more()]:
            del line[place]
        go_behind(consumer, given)
        yield given


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
    full = MOST // 2 // MAX_BODY
    batches = [a_batch(0, *[[("x", b"y")]] * 3), *(large(3 + at, MAX_BODY) for at in range(2 * full + 3))]

    given = looks(INBOUND, batches)

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


def test_each_partition_of_several_has_its_share():
    places, assignment = assigned(INBOUND, 4)
    full = MOST // 2 // 4 // MAX_BODY
    batches = [large(at, MAX_BODY) for at in range(2 * full + 3)]

    given = list(turns(places, assignment, batches))

    pieces = [[len(found) for found in poll.values()] for poll in given]
    assert pieces == [[full] * 4, [full] * 4, [3] * 4]


def test_of_all_partitions_one_at_a_time_has_a_large_batch_unpacked_and_the_others_take_turns():
    places, assignment = assigned(INBOUND, 3)
    batches = [many(0), many(MANY), a_batch(2 * MANY, GOOD)]
    offsets, open_now, began = {place: [] for place in places}, set(), []

    for poll in turns(places, assignment, batches):
        assert poll, "a poll that gives nothing waits"
        for place, found in poll.items():
            offsets[place] += [one.offset for one in found]
            began += [place.partition for one in found if one.offset in (0, MANY)]
        open_now = {place for place, found in offsets.items() if len(found) % MANY and len(found) < 2 * MANY}
        assert len(open_now) <= 1

    assert set(map(tuple, offsets.values())) == {tuple(range(2 * MANY + 1))}
    assert began == [0, 1, 2, 0, 1, 2]


async def test_who_was_given_something_comes_last_in_the_next_poll():
    places, assignment = assigned(INBOUND, 3)
    consumer = reader(assignment, dict.fromkeys(places))

    async def getmany(**_):
        return {places[0]: ["a record"]}

    await Patient(consumer, getmany, lambda: False).getmany()

    assert list(consumer._fetcher._records) == [places[1], places[2], places[0]]


def test_who_waits_for_its_turn_keeps_nobody_waiting_whose_batches_are_small():
    places, assignment = assigned(INBOUND, 2)
    first, second = (
        fetched(Measured, assignment, *one) for one in zip(places, ([many(0)], [many(0)]), strict=True)
    )
    assert first.getall(BATCH)
    assert second.getall(BATCH) == []

    small = fetched(Measured, assignment, places[1], [a_batch(0, GOOD, GOOD)])

    assert len(small.getall(BATCH)) == 2


@pytest.mark.parametrize("lost", ["sought", "taken"])
def test_what_is_given_up_is_let_go_at_once_and_the_next_has_its_turn(lost):
    places, assignment = assigned(INBOUND, 2)
    first, second = (fetched(Measured, assignment, one, [many(0)]) for one in places)
    held, _ = weakref.ref(first._partition_records), first.getall(BATCH)

    gc.disable()  # as it hardly ever comes
    try:
        assignment.state_value(places[0]).position += lost == "sought"
        assignment.state_value(places[0]).paused = lost == "taken"
        assert first.getall(BATCH) == []
        assert held() is None
    finally:
        gc.enable()

    assert second.getall(BATCH) == [], "one in each poll"
    go_behind(reader(assignment, {}), {})
    assert second.getall(BATCH)


def test_while_much_lies_there_packed_nothing_else_is_fetched():
    [place], assignment = assigned(INBOUND)
    small = fetched(Measured, assignment, place, [a_batch(0, GOOD)])
    much = fetched(Measured, assignment, place, [headed("none", *[1000] * 600)])

    time.sleep(0.11)

    assert small.calculate_backoff() == 0
    assert much.calculate_backoff() > 0


def test_consumers_are_taught(monkeypatch):
    monkeypatch.setattr(fetcher, "FetchResult", fetcher.FetchResult)
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)

    lenient.teach()

    assert fetcher.FetchResult is Measured
    for method in (fetcher.Fetcher._proc_fetch_request, fetcher.Fetcher.fetched_records):
        assert "FetchResult" in method.__code__.co_names


MANY = 200
"""Records of a batch that is given in several pieces."""


def many(at):
    """A batch of so many records that are each just not too large."""
    return large(at, MAX_BODY, MANY)


def large(at, size, count=1):
    """A batch of records whose value has that size."""
    builder = _DefaultRecordBatchBuilderPy(
        magic=2, compression_type=4, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
        batch_size=1 << 24,
    )  # fmt: skip
    for one in range(count):
        builder.append(one, timestamp=1, key=None, value=bytes(size), headers=[])
    batch = builder.build()
    batch[:8] = at.to_bytes(8, "big")
    return bytes(batch)
