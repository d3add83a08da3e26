"""What listeners have seen of the reports, kept once for all who have seen the same. No I/O."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic_core import from_json

STEP_S = 0.01
"""Width of a bucket of delays."""


@dataclass(slots=True)
class Told:
    """When each report of an area was handed to the broker, in that order."""

    moments: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def note(self, area: str, moment: float) -> None:
        """One report more."""
        self.moments[area].append(moment)
        self.count += 1


class View:
    """The counts by area a listener has been shown; whoever is sent the same frame after it sees the same."""

    def __init__(self, told: Told, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self._told = told
        self._next: dict[bytes, tuple[View, list[float]]] = {}

    @property
    def total(self) -> int:
        """Reports shown."""
        return sum(self.counts.values())

    def then(self, frame: bytes) -> tuple["View", list[float]]:
        """What is seen after a frame, and when the reports that it shows for the first time were handed over."""
        known = self._next.get(frame)
        if known is None:
            known = self._next[frame] = self._read(frame)
        return known

    def _read(self, frame: bytes) -> tuple["View", list[float]]:
        counts, fresh = dict(self.counts), list[float]()
        body = from_json(frame.partition(b"\ndata: ")[2])
        for tier, area, measure, value in body.get("totals", ()):
            if tier == "village" and measure == "received":
                fresh += self._told.moments[area][counts.get(area, 0) : value]
                counts[area] = value
        return (View(self._told, counts) if fresh else self), fresh


class Delays:
    """How long things took, counted in buckets of `STEP_S`."""

    def __init__(self) -> None:
        self.buckets: dict[int, int] = defaultdict(int)
        self.most = 0.0

    def note(self, now: float, moments: list[float]) -> None:
        """What began at these moments is there now."""
        buckets = self.buckets
        for moment in moments:
            buckets[int((now - moment) / STEP_S)] += 1
        self.most = max(self.most, now - min(moments, default=now))

    def percentile(self, share: float) -> float:
        """The upper bound of the bucket below which a share of the delays lies."""
        left = share * sum(self.buckets.values())
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 0:
                return (bucket + 1) * STEP_S
        return float("nan")
