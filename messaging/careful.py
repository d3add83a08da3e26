"""Loses no record to an error of the client library, which drops what a poll has found before it raises."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError

log = logging.getLogger(__name__)

Polled = dict[TopicPartition, list[ConsumerRecord[Any, Any]]]


class Careful:
    """Stands before a consumer's `getmany`: whatever is raised at a poll, we go back to what was last applied."""

    def __init__(
        self, consumer: AIOKafkaConsumer, resume: Callable[[TopicPartition], Awaitable[int]]
    ) -> None:
        self._consumer = consumer
        self._resume = resume
        self._getmany: Callable[..., Awaitable[Polled]] = consumer.getmany
        self._astray = False
        """What was found and dropped is not behind us yet: going back has not worked so far."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Polled:
        """What `getmany` promises."""
        if self._astray:
            await self._back()
        try:
            return await self._getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except ConsumerStoppedError:
            raise
        except (
            Exception
        ) as error:  # a bug of the library as well: the loop that polls is begun again after it
            log.warning("a poll failed, what it found is read again: %s", type(error).__name__)
            await self._back()
            raise

    async def _back(self) -> None:
        """Goes back to what was last applied. If it fails, the next poll goes back."""
        self._astray = True
        for one in sorted(self._consumer.assignment()):
            self._consumer.seek(one, await self._resume(one))
        self._astray = False
