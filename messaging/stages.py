"""The stages a batch goes through, each by one name: how long each took is told by telemetry, and by traces."""

from time import perf_counter
from types import TracebackType
from typing import Literal, get_args

from messaging.gathering import gathering
from messaging.telemetry import exemplar, stage_seconds

Stage = Literal["decode", "guard", "apply", "outbox", "judge", "commit", "offsets", "send", "mark", "fire"]
"""Bytes to events; streams advanced; the handler; events stored; a batch that is not as usual, whole; the commit of its
transaction; offsets to Kafka. Of the relay: to Kafka; noted as sent. Of the clock: one batch of deadlines."""

_SECONDS = {name: stage_seconds.labels(name) for name in get_args(Stage)}


def stage(name: Stage) -> "_Timed":
    """The stage while the block runs, be it that it raises."""
    return _Timed(name)


class _Timed:
    """A class and no generator: it is entered some ten times a batch."""

    __slots__ = ("_begun", "_name")

    def __init__(self, name: Stage) -> None:
        self._name = name
        self._begun = 0.0

    def __enter__(self) -> None:
        self._begun = perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = perf_counter() - self._begun
        _SECONDS[self._name].observe(took, exemplar())
        if (batch := gathering()) is not None:
            batch.stage(self._name, took)
