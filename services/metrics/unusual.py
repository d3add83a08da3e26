"""异常日: how far a day lies from what its weekday has had, in an area and a category. Pure; silent without history.

The expected number is the median of the days of the same weekday in the weeks before, times the season: how the same
weeks of earlier years stood to the weeks before them. A day off counts as a Sunday, a make-up workday as a Friday.
A spike is measured on the square-root scale, on which a Poisson number has a spread of 1; a silence on the plain one,
where few are not taken for fewer than they are. Both are divided by how much more than Poisson numbers the days before
scattered about the medians of their weekdays: by nine tenths of them, so that a wild tenth changes nothing, and never
by less than 1.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from statistics import median
from typing import Literal

from policy.calendar import Calendar
from policy.watching import Unusual

RULE = "weekday-median@1"
"""This way of judging: another one is another version, whose marks stand beside these."""
WEEK, YEAR = timedelta(days=7), timedelta(days=364)
"""A year of whole weeks, so that it begins with the same weekday."""
YEARS = 3
SEASON = timedelta(days=10)
"""The season is looked for in so many days before and after the same day of earlier years."""
ENOUGH = 5
"""A median that carries a season must be so large; a ratio of smaller ones says nothing."""
SOME = 10
"""So many days must carry it."""
LEAST_SEASON, MOST_SEASON = 0.5, 2.0
WITHIN, NORMAL = 0.9, 1.645
"""So much of the days before lies in their scatter, so many spreads of normal noise wide: a tenth may be wild."""
FRIDAY, SUNDAY = 4, 6

Seen = Mapping[date, int]
"""Day → how many; a day that is missing had none."""
Like = Callable[[date], int]
"""As which day of the week a day counts."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A day that is unusual: what was seen, what was expected, how many spreads lie between."""

    kind: Literal["spike", "silence"]
    seen: int
    expected: float
    score: float
    season: float
    """By how much the expected number was changed for the season; 1 where there is no earlier year."""


@dataclass(frozen=True, slots=True)
class Series:
    """What an area and category had, and since when anything is known of the area."""

    seen: Seen
    begins: date


def weekday(calendar: Calendar) -> Like:
    """As which day of the week a day counts in a locality."""
    weekly = calendar.open_weekly | calendar.closed_weekly

    @lru_cache(maxsize=4096)
    def like(on: date) -> int:
        usual = on.weekday()
        if usual in weekly or calendar.day(on).counted == (usual <= FRIDAY):
            return usual
        return SUNDAY if usual <= FRIDAY else FRIDAY

    return like


def days_needed(day: date, rules: Unusual) -> tuple[tuple[date, date], ...]:
    """From when until when something must be known to judge a day: the weeks before, and those of earlier years."""
    before = WEEK * rules.weeks
    earlier = ((day - YEAR * ago - before, day - YEAR * ago + SEASON) for ago in range(1, YEARS + 1))
    return ((day - before, day), *earlier)


def judge(series: Series, day: date, like: Like, rules: Unusual) -> Mark | None:
    """Whether a day is unusual; nothing where fewer weeks are known, or fewer than half of them had such a day."""
    begin = day - WEEK * rules.weeks
    if series.begins > begin:
        return None
    medians = _medians(series.seen, begin, day, like, rules.weeks // 2)
    if (middle := medians.get(like(day))) is None:
        return None
    seen = series.seen.get(day, 0)
    if not _possible(seen, middle, rules.score):
        return None
    season = _season(series, day, like, rules)
    expected = middle * season
    kind, score = _score(seen, expected)
    score /= _scatter(series.seen, begin, day, like, medians)
    return Mark(kind, seen, expected, score, season) if score >= rules.score else None


def _score(seen: int, expected: float) -> tuple[Literal["spike", "silence"], float]:
    if seen > expected:
        return "spike", _root(seen) - _root(expected)
    return "silence", (expected - seen) / math.sqrt(max(expected, 1.0))


def _possible(seen: int, middle: float, score: float) -> bool:
    """Whether any season could make it unusual: nearly no day needs a closer look."""
    return any(_score(seen, middle * season)[1] >= score for season in (LEAST_SEASON, MOST_SEASON))


def _range(begin: date, end: date) -> Iterator[date]:
    return (begin + timedelta(days=at) for at in range((end - begin).days))


def _medians(seen: Seen, begin: date, end: date, like: Like, least: int) -> dict[int, float]:
    """The median of each day of the week, where there were enough such days."""
    of_days: dict[int, list[int]] = defaultdict(list)
    for one in _range(begin, end):
        of_days[like(one)].append(seen.get(one, 0))
    return {name: median(counts) for name, counts in of_days.items() if len(counts) >= least}


def _scatter(seen: Seen, begin: date, end: date, like: Like, medians: Mapping[int, float]) -> float:
    """How much more than Poisson numbers the days scattered about the medians of their weekdays; 1 at least."""
    known = ((one, middle) for one in _range(begin, end) if (middle := medians.get(like(one))) is not None)
    away = sorted(abs(_root(seen.get(one, 0)) - _root(middle)) for one, middle in known)
    return max(1.0, away[math.ceil(WITHIN * len(away)) - 1] / NORMAL)


def _root(number: float) -> float:
    """On this scale a Poisson number has a spread of about 1, whatever its mean (Anscombe 1948)."""
    return 2 * math.sqrt(number + 3 / 8)


def _season(series: Series, day: date, like: Like, rules: Unusual) -> float:
    found = [
        ratio for ago in range(1, YEARS + 1) if (ratio := _of_year(series, day - YEAR * ago, like, rules))
    ]
    return min(max(median(found), LEAST_SEASON), MOST_SEASON) if found else 1.0


def _of_year(series: Series, anchor: date, like: Like, rules: Unusual) -> float | None:
    """How the days about one of an earlier year stood to the weeks before that, by the median of them."""
    begin = anchor - WEEK * rules.weeks
    if series.begins > begin:
        return None
    medians = _medians(series.seen, begin, anchor, like, rules.weeks // 2)
    return _ratio(series.seen, _range(anchor - SEASON, anchor + SEASON + timedelta(days=1)), like, medians)


def _ratio(seen: Seen, days: Iterable[date], like: Like, medians: Mapping[int, float]) -> float | None:
    ratios = [seen.get(one, 0) / middle for one in days if (middle := medians.get(like(one), 0.0)) >= ENOUGH]
    return median(ratios) if len(ratios) >= SOME else None
