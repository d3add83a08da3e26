"""Cells, and how one event's matter is counted into them: counts, and durations in buckets. Pure."""

import math
from datetime import datetime, tzinfo
from typing import NamedTuple

from schemas.base import Matter

ERROR = 0.05
"""Relative error of a quantile."""
GAMMA = (1 + ERROR) / (1 - ERROR)
"""Ratio of neighbouring bucket bounds: such buckets add up over areas and tiers (DDSketch, Masson et al. 2019)."""
_LOG_GAMMA = math.log(GAMMA)


class Cell(NamedTuple):
    """Where a measure is counted. Buckets of distributions, and activities, have neither category nor channel."""

    measure: str
    area: str
    day: str
    category: str
    channel: str


Increment = tuple[Cell, int]


class Counter:
    """Makes increments for one event's matter."""

    def __init__(self, matter: Matter, zone: tzinfo) -> None:
        self._matter = matter
        self._zone = zone
        self._moment: datetime | None = None
        self._its_day = ""

    def at(self, moment: datetime, measure: str, by: int = 1) -> Increment:
        """So many more of a measure on the day of a moment."""
        matter = self._matter
        return Cell(measure, matter.area, self._day(moment), matter.category, matter.channel), by

    def took(self, measure: str, begin: datetime, end: datetime, *, by: int = 1) -> Increment:
        """One duration, as a count in its bucket, under the day it ended."""
        bucket = bucket_of((end - begin).total_seconds())
        return Cell(f"{measure}:{bucket:04d}", self._matter.area, self._day(end), "", ""), by

    def _day(self, moment: datetime) -> str:
        """The day of a moment; most events count several measures under the same one, so the last is kept."""
        if moment is not self._moment:
            self._moment = moment
            self._its_day = moment.astimezone(self._zone).date().isoformat()
        return self._its_day


def bucket_of(seconds: float) -> int:
    """The logarithmic bucket of a duration; everything up to a second is in the first."""
    return 0 if seconds <= 1 else math.ceil(math.log(seconds) / _LOG_GAMMA)


def seconds_of(bucket: int) -> float:
    """The duration a bucket stands for, at most `ERROR` away from any in it."""
    return 1.0 if bucket == 0 else 2 * GAMMA**bucket / (GAMMA + 1)
