"""Something somebody looks at now and then: who asks much later than the last look is told that nobody knows it."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Seen = TypeVar("Seen")


class Gauge(Generic[Seen]):
    """Keeps what was seen for so many seconds after the look began: a look that hangs leaves no old number up."""

    def __init__(self, keeps_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._keeps_s = keeps_s
        self._clock = clock
        self._seen: Seen | None = None
        self._at = clock()

    def begin(self) -> float:
        """The moment a look begins, to be given back with what it found."""
        return self._clock()

    def note(self, seen: Seen | None, at: float) -> None:
        """What a look found that began at a moment; None when nobody could look."""
        self._seen, self._at = seen, at

    @property
    def value(self) -> Seen | None:
        """What was seen, or None while nobody knows."""
        return self._seen if self._clock() - self._at <= self._keeps_s else None
