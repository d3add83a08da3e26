"""Durations as sketches that add up: logarithmic buckets always, and the exact seconds where they were few. Pure.

A cell holds three kinds of measures of a duration such as `time_to_resolve`, and each adds up over cells and tiers:

- `time_to_resolve:0042`: how many lie in bucket 42; all of them do lie in one, always;
- `added:time_to_resolve`: how many were ever added; what is taken back does not lower it;
- `exact:time_to_resolve:86400`: how many took just so many whole seconds, as long as `FEW` at most were ever added.

So what a cell holds depends on which durations were added and taken back, and never on their order or in which batches;
and who knows nothing of the exact ones still reads the buckets.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

ERROR = 0.05
"""Relative error of a quantile that comes from buckets; up to a second it is one second instead."""
GAMMA = (1 + ERROR) / (1 - ERROR)
"""Ratio of neighbouring bucket bounds: such buckets add up over areas and tiers (DDSketch, Masson et al. 2019)."""
FEW = 32
"""So many durations of a kind a cell keeps exactly. A village has one or two a day, a busy town thirty."""
EXACT, ADDED = "exact:", "added:"
"""How those measures begin; neither is the name of anything that is counted."""
_STARTS, _START = (EXACT, ADDED), 6
_LOG_GAMMA = math.log(GAMMA)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Sketch:
    """How long things took, in seconds: of `count` durations, the shortest that so many per cent did not exceed.

    A quantile is that of rank ⌈per cent × count ÷ 100⌉ from the shortest (`percentile_disc` of SQL), never a value in
    between. Each is at most `relative_error` off: 0 where all durations are known to the second. Only then is there a
    shortest and a longest.
    """

    count: int = 0
    exact: int = 0
    """How many of them are known to the second."""
    relative_error: float = 0.0
    p50_seconds: float | None = None
    p90_seconds: float | None = None
    p99_seconds: float | None = None
    min_seconds: float | None = None
    max_seconds: float | None = None


def took(measure: str, begin: datetime, end: datetime, by: int) -> tuple[str, ...]:
    """What a duration is counted as, or taken back from: in whole seconds; what ended before it began took none."""
    names = _names(measure, max((end - begin) // _SECOND, 0))
    return names if by > 0 else names[:2]


@lru_cache(maxsize=10_000)
def _names(measure: str, seconds: int) -> tuple[str, str, str]:
    return f"{measure}:{bucket_of(seconds):04d}", f"{EXACT}{measure}:{seconds}", ADDED + measure


def settled(counts: dict[str, int], changed: Iterable[str]) -> dict[str, int]:
    """The counts of a cell of which some measures have changed, without the exact durations that are few no more."""
    touched = [one for one in changed if one[:_START] in _STARTS]
    if not touched:
        return counts
    kinds = {one.split(":")[1] for one in touched}
    many = {one for one in kinds if counts.get(ADDED + one, 0) > FEW}
    for one in [one for one in counts if one[:_START] == EXACT and one.split(":")[1] in many]:
        del counts[one]
    return counts


def read(measure: str, tiers: Iterable[Mapping[str, int]]) -> Sketch:
    """The durations of some tiers' counts together: exactly where each of them is known exactly, else from buckets."""
    counts = Counter[str]()
    for one in tiers:
        counts.update({name: by for name, by in one.items() if by and measure in name})
    buckets, exact = _keyed(counts, measure + ":"), _keyed(counts, f"{EXACT}{measure}:")
    inside = Counter[int]()
    for seconds, by in exact.items():
        inside[bucket_of(seconds)] += by
    if +inside == buckets:
        return _sketch({float(one): by for one, by in exact.items()}, sum(exact.values()), 0.0)
    return _sketch({seconds_of(one): by for one, by in buckets.items()}, sum(exact.values()), ERROR)


def _keyed(counts: Mapping[str, int], start: str) -> Counter[int]:
    """By the number behind the name; a count below zero is of what was taken back before it was added."""
    return +Counter({int(one[len(start) :]): by for one, by in counts.items() if one.startswith(start)})


def _sketch(values: Mapping[float, int], exact: int, error: float) -> Sketch:
    count, ordered = sum(values.values()), sorted(values)
    if not count:
        return Sketch()
    quantiles = {
        f"p{one}_seconds": _quantile(values, ordered, -(-one * count // 100)) for one in (50, 90, 99)
    }
    ends = (None, None) if error else (ordered[0], ordered[-1])
    return Sketch(count, exact, error, **quantiles, min_seconds=ends[0], max_seconds=ends[1])


def _quantile(values: Mapping[float, int], ordered: Iterable[float], rank: int) -> float:
    """The duration of a rank, which counts from one."""
    for one in ordered:
        rank -= values[one]
        if rank <= 0:
            break
    return round(one, 3)


def bucket_of(seconds: float) -> int:
    """The logarithmic bucket of a duration; everything up to a second is in the first."""
    return 0 if seconds <= 1 else math.ceil(math.log(seconds) / _LOG_GAMMA)


def seconds_of(bucket: int) -> float:
    """The duration a bucket stands for, at most `ERROR` away from any in it."""
    return 1.0 if bucket == 0 else 2 * GAMMA**bucket / (GAMMA + 1)
