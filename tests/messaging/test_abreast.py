"""A reader says that it is current only as of a moment whose every record its whole group has applied."""

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from messaging.abreast import Abreast
from tests.builders import NOW, later

PLACE = TopicPartition("village.intake", 0)


class Topic:
    """One partition and a group that reads it, as far as they are looked at."""

    def __init__(self):
        self.end = self.committed = 0
        self.away = False

    async def ends(self):
        if self.away:
            raise KafkaConnectionError("away")
        return {PLACE: self.end}

    async def passed(self, ends):
        if self.away:
            raise KafkaConnectionError("away")
        return self.committed >= ends[PLACE]


class Clock:
    """A database that only knows the time: a second later at each look."""

    seconds = -1

    async def now(self):
        self.seconds += 1
        return later(seconds=self.seconds)


@pytest.fixture
def topic():
    return Topic()


@pytest.fixture
def abreast(topic):
    return Abreast(topic, Clock())


async def test_before_anything_was_looked_at_nobody_knows(abreast):
    await abreast.look()

    assert abreast.as_of is None


async def test_who_has_applied_everything_is_current_as_of_just_before_it_was_asked_for(abreast, topic):
    topic.end = topic.committed = 7

    await abreast.look()
    topic.end = 8
    await abreast.look()

    assert abreast.as_of == NOW


async def test_a_reader_that_is_held_stays_where_it_was_however_long(abreast, topic):
    await abreast.look()
    topic.end = 5
    for _ in range(10):
        await abreast.look()

    assert abreast.as_of == NOW


async def test_a_reader_that_never_catches_up_is_as_current_as_what_it_has_passed(abreast, topic):
    for _ in range(10):
        topic.end += 100
        await abreast.look()
        topic.committed = topic.end - 10

    assert abreast.as_of == later(seconds=3)


async def test_while_the_broker_is_away_nothing_new_is_known(abreast, topic):
    await abreast.look()
    await abreast.look()
    topic.away = True

    with pytest.raises(KafkaConnectionError):
        await abreast.look()

    assert abreast.as_of == NOW


async def test_whoever_waits_for_a_moment_is_told_when_it_is_reached(topic):
    told = []

    async def reached(moment):
        told.append(moment)

    abreast = Abreast(topic, Clock(), reached)
    for _ in range(3):
        await abreast.look()

    assert told == [NOW, later(seconds=1)]
