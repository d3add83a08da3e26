"""What one look at a partition takes into memory: no more than is bearable, whatever a sender packed into it.

The library bounds how many bytes it fetches and how many records it gives, and neither says what they unpack to: of
batches that are each small enough, a few kilobytes hold a gigabyte.
"""

from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.consumer import fetcher

from messaging.large import fits, shown
from schemas.topics import TOPICS

MOST = 2_097_152
"""Bytes of records that are taken from a partition at once, beside the last of them."""
HEADER = 100
"""Bytes in memory, at the least."""
_UNTRUSTED = frozenset(topic.name for topic in TOPICS.values() if not topic.trusted)


class Measured(fetcher.FetchResult):  # type: ignore[misc] # the library has no types
    """What was fetched of a partition; what is more than bearable is fetched again when it is its turn."""

    _partition_records: Any

    def getall(self, max_records: int | None = None) -> list[ConsumerRecord[Any, Any]]:
        """As many as may be taken at once; our own topics need no measure."""
        if self._topic_partition.topic not in _UNTRUSTED:
            found: list[ConsumerRecord[Any, Any]] = super().getall(max_records)
            return found
        return self._bearable(max_records)

    def _bearable(self, max_records: int | None) -> list[ConsumerRecord[Any, Any]]:
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        found: list[ConsumerRecord[Any, Any]] = []
        left = MOST
        for record in self._partition_records:
            one = _cut(record)
            found.append(one)
            left -= len(one.value or b"") + len(one.key or b"") + HEADER * len(one.headers)
            if left <= 0:
                self._update_position()
                self._partition_records = None  # with all that was unpacked for it
                return found
            if max_records is not None and len(found) >= max_records:
                self._update_position()
                return found
        self._update_position()
        self._partition_records = None
        return found


def _cut(one: ConsumerRecord[Any, Any]) -> ConsumerRecord[Any, Any]:
    """The record as it is, or of one that is too large as much as shows it."""
    if fits(one.key, one.headers, one.value):
        return one
    key, headers, value = shown(one.key, one.headers, one.value)
    return replace(one, key=key, headers=headers, value=value)
