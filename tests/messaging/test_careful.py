"""Whatever fails at a poll or while we go back, no record is passed over."""

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from messaging.careful import Careful

TRUSTED, OUTSIDE = TopicPartition("village.intake", 0), TopicPartition("village.inbound", 0)


def a_found(place, offset):
    return ConsumerRecord(place.topic, place.partition, offset, 0, 0, None, b"", None, -1, -1, ())


class Client:
    """A consumer of two partitions of three records each; it passes over what it drops, as the library does."""

    def __init__(self):
        self.at = {TRUSTED: 0, OUTSIDE: 0}
        self.troubles = []
        """What the next polls raise, None for nothing."""
        self.away = 0
        """How many times it cannot say where to go on."""

    def assignment(self):
        return set(self.at)

    def seek(self, place, offset):
        self.at[place] = offset

    async def position(self, place):
        return self.at[place]

    async def getmany(self, *places, timeout_ms, max_records):
        trouble = self.troubles.pop(0) if self.troubles else None
        found = {}
        for place in places or self.at:
            upto = min(3, self.at[place] + (max_records or 3))
            if records := [a_found(place, at) for at in range(self.at[place], upto)]:
                found[place], self.at[place] = records, upto
        if trouble is not None:
            raise trouble
        return found

    async def resume(self, _place):
        if self.away:
            self.away -= 1
            raise KafkaError
        return 0


async def everything(client):
    """(topic, offset) of all records that come, whatever the polls before them raise."""
    careful, come = Careful(client, client.resume), []
    for _ in range(6):
        try:
            polled = await careful.getmany()
        except (KafkaError, ZeroDivisionError):
            continue
        come += [(place.topic, one.offset) for place, found in polled.items() for one in found]
    return come


ALL = {(place.topic, at) for place in (TRUSTED, OUTSIDE) for at in range(3)}


@pytest.mark.parametrize(
    "trouble", [KafkaError(), ZeroDivisionError()], ids=["an error", "a bug of the library"]
)
@pytest.mark.parametrize("away", [0, 1, 2, 3])
async def test_what_was_dropped_with_an_error_comes_again_however_often_going_back_fails(away, trouble):
    client = Client()
    client.troubles, client.away = [trouble], away

    assert set(await everything(client)) == ALL
