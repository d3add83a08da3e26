"""积案: what is open, and for how many days since its report, exactly; from how many are open by report day. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

OLDER_THAN = (7, 30, 90)
"""Days after which a matter that is still open is counted apart."""


class Waiting(NamedTuple):
    """How many are open by report day, and how many are open as counted by the day they were opened and done."""

    by_day: dict[date, int]
    open: int

    @property
    def unaged(self) -> int:
        """How many more are open than have a report day: of what was counted before that was, until it is rebuilt.

        For a moment also of what another tier has only half published, which may as well make it seem one fewer.
        """
        return max(self.open - sum(one for one in self.by_day.values() if one > 0), 0)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many are open and how old they are, in days from the day of the report to today, in the policy's zone."""

    open: int
    median_days: int | None
    p90_days: int | None
    """The age that nine in ten of them have at most; like the median it is the age of one of them."""
    oldest_days: int | None
    older_than: Mapping[int, int]
    """Days → how many have been open for more than so many."""


def backlog(by_day: Mapping[date, int], today: date) -> Backlog:
    """The backlog from how many of those reported on each day are open; what is of tomorrow by another clock is new."""
    ages: dict[int, int] = {}
    for day, number in by_day.items():
        age = max((today - day).days, 0)
        ages[age] = ages.get(age, 0) + number
    ages = {age: ages[age] for age in sorted(ages) if ages[age] > 0}
    count = sum(ages.values())
    older = {days: sum(number for age, number in ages.items() if age > days) for days in OLDER_THAN}
    return Backlog(count, _rank(ages, count, 50), _rank(ages, count, 90), max(ages, default=None), older)


def _rank(ages: Mapping[int, int], count: int, percent: int) -> int | None:
    """The least age that so many of a hundred have at most (nearest rank); None when nothing is open."""
    wanted, seen = -(-count * percent // 100), 0
    for age, number in ages.items():
        seen += number
        if seen >= wanted:
            return age
    return None
