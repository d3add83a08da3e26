"""Who looks at topics from outside reads what there is, to its end, and asks for nothing that is not there yet."""

from dataclasses import dataclass

import pytest
from aiokafka import TopicPartition

from messaging import tails
from messaging.tails import Tails

SHORT, LONG, EMPTY = (TopicPartition("village.routing", place) for place in range(3))


@dataclass
class Fetched:
    """What the client library hands over of a record."""

    topic: str
    partition: int
    offset: int
    key: bytes = b"key"
    headers: tuple = ()
    value: bytes = b"{}"


class Consumer:
    """Two records of each partition at a time, for ever: others go on writing."""

    def __init__(self, **_):
        self.positions, self.asked = {}, set()

    def assign(self, places):
        self.positions, self.asked = dict.fromkeys(places, 0), set(places)

    def seek(self, place, offset):
        self.positions[place] = offset

    def pause(self, *places):
        self.asked -= set(places)

    async def position(self, place):
        return self.positions[place]

    async def getmany(self, *places, timeout_ms, max_records):
        del timeout_ms, max_records
        found = {}
        for place in self.asked & set(places):
            begin = self.positions[place]
            self.positions[place] = begin + 2
            found[place] = [Fetched(*place, offset) for offset in (begin, begin + 1)]
        return found


@pytest.fixture
def consumer(monkeypatch):
    one = Consumer()
    monkeypatch.setattr(tails, "AIOKafkaConsumer", lambda **_: one)
    return one


async def test_records_within_their_spans_are_read_once_and_in_order(consumer):
    spans = {SHORT: (1, 2), LONG: (3, 8), EMPTY: (5, 5)}

    found = [one async for records in Tails("nowhere:1").read(spans) for one in records]

    offsets = {place: [one.offset for one in found if one.partition == place.partition] for place in spans}
    assert offsets == {SHORT: [1], LONG: [3, 4, 5, 6, 7], EMPTY: []}
    assert set(consumer.positions) == {SHORT, LONG}


async def test_what_is_read_to_its_end_is_asked_for_no_more_while_its_records_are_looked_at(consumer):
    asked = []

    async for records in Tails("nowhere:1").read({SHORT: (0, 2), LONG: (0, 4)}):
        assert records
        asked.append(set(consumer.asked))

    assert asked == [{LONG}, {LONG}, set()]
