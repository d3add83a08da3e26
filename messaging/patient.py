"""Waiting for records: the broker gathers while they come, and answers at the first one where nothing came lately."""

from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer, TopicPartition

from messaging.careful import Polled
from messaging.consuming import FETCH_MIN_BYTES, FETCH_WAIT_MS
from messaging.measured import go_behind

FLOWING_POLL_MS = 2 * FETCH_WAIT_MS
"""So long without a record, and nothing is coming."""
QUIET_MIN_BYTES = 1
QUIET_WAIT_MS = 500
"""Twelve services that ask twenty times a second whether there is anything keep half a core of a broker busy."""


class Patient:
    """Stands before a consumer's `getmany`, which it calls until there are records or we stop.

    The library reads both bounds at every fetch but offers no way to set them on a running consumer, so they are
    set where it keeps them; `tests/messaging/test_patient.py` shows that they take effect.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        getmany: Callable[..., Awaitable[Polled]],
        stopping: Callable[[], bool],
    ) -> None:
        self._consumer = consumer
        self._getmany = getmany
        self._stopping = stopping
        self._poll_ms = FLOWING_POLL_MS

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Polled:
        """What `getmany` promises, however long it takes; empty only when we stop."""
        del timeout_ms
        polled: Polled = {}
        while not polled and not self._stopping():
            polled = await self._getmany(*partitions, timeout_ms=self._poll_ms, max_records=max_records)
            self._adapt(flowing=bool(polled))
            go_behind(self._consumer, polled)
        return polled

    def _adapt(self, *, flowing: bool) -> None:
        self._poll_ms = FLOWING_POLL_MS if flowing else QUIET_WAIT_MS
        fetcher = self._consumer._fetcher  # noqa: SLF001 - there is no other way
        fetcher._fetch_min_bytes = FETCH_MIN_BYTES if flowing else QUIET_MIN_BYTES  # noqa: SLF001
        fetcher._fetch_max_wait_ms = FETCH_WAIT_MS if flowing else QUIET_WAIT_MS  # noqa: SLF001
