"""What one look at a partition takes into memory: no more than is bearable, whatever a sender packed into it.

The library bounds how many bytes it fetches and how many records it gives, and neither says what they unpack to: of
batches that are each small enough, a few kilobytes hold a gigabyte. So a look takes its share, and of all partitions
only one at a time has a large batch unpacked.
"""

from dataclasses import replace
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer import fetcher

from messaging.large import fits, shown
from messaging.turn import Turn
from schemas.topics import TOPICS

MOST = 4_194_304
"""Bytes of records that are taken at once, beside the last record of each partition: one half of what was large when it
came, the other by all partitions together."""
FETCHED = 1_048_576
"""Bytes: while so much of a partition lies here packed, nothing else is fetched."""
HEADER, RECORD = 100, 200
"""Bytes in memory, at the least."""
_UNTRUSTED = frozenset(topic.name for topic in TOPICS.values() if not topic.trusted)


class Measured(fetcher.FetchResult):  # type: ignore[misc] # the library has no types
    """What was fetched of a partition, and is given in bearable pieces."""

    _partition_records: Any
    _topic_partition: TopicPartition
    _assignment: Any
    _backoff: float

    def __init__(self, tp: TopicPartition, **given: Any) -> None:  # noqa: ANN401
        super().__init__(tp, **given)
        self._fetched: Any = None
        if tp.topic in _UNTRUSTED:
            self._fetched = self._partition_records._records  # noqa: SLF001 - there is no other way
            self._turn = self._fetched.turn = _turn_of(self._assignment)
            self._share = MOST // 2 // sum(one.topic in _UNTRUSTED for one in self._assignment.tps)

    def calculate_backoff(self) -> float:
        """How long nothing is fetched from where this came."""
        if self._fetched is not None and self._fetched.size_in_bytes() > FETCHED:
            return self._backoff
        left: float = super().calculate_backoff()
        return left

    def check_assignment(self, tp: TopicPartition) -> bool:
        """Whether it is still ours and where we are; else it is given up."""
        held = self._partition_records
        if super().check_assignment(tp):
            return True
        self._give_up(held)
        return False

    def getall(self, max_records: int | None = None) -> list[ConsumerRecord[Any, Any]]:
        """As many as may be taken at once; our own topics need no measure."""
        if self._fetched is None:
            found: list[ConsumerRecord[Any, Any]] = super().getall(max_records)
            return found
        return self._bearable(max_records)

    def _bearable(self, max_records: int | None) -> list[ConsumerRecord[Any, Any]]:
        if not self.has_more() or not self.check_assignment(self._topic_partition):
            return []
        found, ended = self._piece(max_records)
        if ended and self._fetched.waits:
            self._partition_records._records_iterator = self._partition_records._unpack_records()  # noqa: SLF001
        elif ended:
            self._give_up(self._partition_records)
        return found

    def _piece(self, max_records: int | None) -> tuple[list[ConsumerRecord[Any, Any]], bool]:
        """Records, and whether there are no more for now."""
        found: list[ConsumerRecord[Any, Any]] = []
        weight = 0
        for record in self._partition_records:
            one = _cut(record)
            found.append(one)
            weight += _weight(one)
            most = MOST // 2 if self._turn.of(self._fetched) else self._share
            if weight >= most or len(found) == max_records:
                self._update_position()
                return found, False
        self._update_position()
        return found, True

    def _give_up(self, held: Any) -> None:  # noqa: ANN401
        """Lets go of all that was unpacked: it holds itself, and would stay until Python looks for such things."""
        self._partition_records = None
        if self._fetched is None or held is None:
            return
        if (reading := held._records_iterator) is not None:  # noqa: SLF001
            reading.close()
        held._records_iterator = None  # noqa: SLF001
        self._turn.give_back(self._fetched)


def go_behind(consumer: AIOKafkaConsumer, given: dict[TopicPartition, Any]) -> None:
    """After a poll: partitions that gave something come after the others in the next, however much more they have."""
    fetched = consumer._fetcher._records  # noqa: SLF001 - there is no other way
    for one in given:
        if one in fetched:
            fetched.move_to_end(one)
    subscription = consumer._subscription.subscription  # noqa: SLF001
    if subscription is not None and subscription.assignment is not None:
        _turn_of(subscription.assignment).begin()


def _turn_of(assignment: Any) -> Turn:  # noqa: ANN401
    """Of those that are read by one assignment."""
    turn: Turn = vars(assignment).setdefault("turn", Turn())
    return turn


def _weight(one: ConsumerRecord[Any, Any]) -> int:
    headers = sum(HEADER + len(name) + len(said or b"") for name, said in one.headers)
    return RECORD + len(one.value or b"") + len(one.key or b"") + headers


def _cut(one: ConsumerRecord[Any, Any]) -> ConsumerRecord[Any, Any]:
    """The record as it is, or of one that is too large as much as shows it."""
    if fits(one.key, one.headers, one.value):
        return one
    key, headers, value = shown(one.key, one.headers, one.value)
    return replace(one, key=key, headers=headers, value=value)
