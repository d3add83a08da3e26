"""Reads around records the client library cannot parse, which would otherwise stop every topic of a consumer."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError

log = logging.getLogger(__name__)

STEP_MS = 100
"""How long one partition is waited for while we go step by step."""
STEPS = 500
UNREADABLE = "fengqiao-unreadable"
"""The only header of the stand-in for a record that cannot be parsed."""
Polled = dict[TopicPartition, list[ConsumerRecord[Any, Any]]]


class Careful:
    """Stands before a consumer's `getmany`.

    Whatever the library raises at a poll, it has dropped the good records it found before: then we go back to what
    was last applied. A header whose name is not UTF-8 makes it raise at every poll: then we step through the untrusted
    partitions one record at a time.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        untrusted: frozenset[str],
        resume: Callable[[TopicPartition], Awaitable[int]],
    ) -> None:
        self._consumer = consumer
        self._untrusted = untrusted
        self._resume = resume
        self._getmany: Callable[..., Awaitable[Polled]] = consumer.getmany
        self._astray = False
        """What was found and dropped is not behind us yet: going back has not worked so far."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Polled:
        """What `getmany` promises, with a stand-in for each record that cannot be parsed."""
        if self._astray:
            await self._back()
        try:
            return await self._getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except UnicodeDecodeError:
            log.error("a record cannot be parsed; reading step by step")  # noqa: TRY400 - its bytes are not for the log
            return await self._step_by_step(await self._back())
        except ConsumerStoppedError:
            raise
        except Exception:  # a bug of the library as well: the loop that polls is begun again after it
            await self._back()
            raise

    async def _back(self) -> list[TopicPartition]:
        """Goes back to what was last applied; returns the partitions we have. If it fails, the next poll goes back."""
        self._astray = True
        assigned = sorted(self._consumer.assignment())
        for one in assigned:
            self._consumer.seek(one, await self._resume(one))
        self._astray = False
        return assigned

    async def _step_by_step(self, assigned: list[TopicPartition]) -> Polled:
        found: Polled = {}
        self._astray = True  # until what is found here is handed over, an error would lose it
        for one in assigned:
            if one.topic in self._untrusted and await self._through(one, found):
                break
        self._astray = False
        return found

    async def _through(self, partition: TopicPartition, found: Polled) -> bool:
        """Reads one partition until it is empty, or past the first record that cannot be parsed: then True."""
        for _ in range(STEPS):
            try:
                polled = await self._getmany(partition, timeout_ms=STEP_MS, max_records=1)
            except UnicodeDecodeError:
                at = await self._consumer.position(partition)
                self._consumer.seek(partition, at + 1)
                found.setdefault(partition, []).append(_stand_in(partition, at))
                return True
            if not polled:
                return False
            found.setdefault(partition, []).extend(polled[partition])
        return False


def _stand_in(partition: TopicPartition, offset: int) -> ConsumerRecord[Any, Any]:
    headers = ((UNREADABLE, b""),)
    return ConsumerRecord(
        partition.topic, partition.partition, offset, 0, 0, None, None, None, -1, -1, headers
    )
