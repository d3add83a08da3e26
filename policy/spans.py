"""How long something may take: elapsed time (`PT4H`, `P7D`), or working days (`7 working days`, `7 个工作日`). Pure.

Working days are counted as the Civil Code counts (art. 201 and 203): the day of the event does not count, and the
period ends at 24:00 of its last working day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import count

from pydantic import TypeAdapter, ValidationError

from policy.calendar import Calendar, Day

LONGEST = timedelta(days=3650)
_WORKING_DAYS = re.compile(r"([0-9]{1,4}) ?(?:working days?|个工作日)")
_ELAPSED = TypeAdapter(timedelta)
_DAY, _TICK = timedelta(days=1), timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Where:
    """The place a day belongs to: whose midnight ends it, and which days count there."""

    zone: tzinfo
    calendar: Calendar

    def day(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.astimezone(self.zone).date()

    def end(self, on: date) -> datetime:
        """24:00 of a local day."""
        return datetime.combine(on + _DAY, time(), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """When the time is up; provisional while a year it was counted through is not known."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A length as it was written: elapsed time, or a number of working days."""

    text: str
    length: timedelta | int

    def due(self, begin: datetime, where: Where) -> Due:
        """When it ends if it begins at a moment; no working day at all ends with the first one that is left."""
        if isinstance(self.length, timedelta):
            return Due(begin + self.length)
        last, provisional = _last(where.day(begin), self.length, where.calendar)
        return Due(where.end(last), provisional)

    def since(self, end: datetime, where: Where) -> datetime:
        """From when it is counted if it follows on an end: midnight ends the day before, which does not count again."""
        ends_a_day = where.end(where.day(end - _TICK)) == end
        return end - _TICK if ends_a_day and not isinstance(self.length, timedelta) else end

    def after(self, due: Due, where: Where) -> Due:
        """A time that is extended by it: the day it ended on does not count again."""
        longer = self.due(self.since(due.at, where), where)
        return replace(longer, provisional=longer.provisional or due.provisional)

    def left(self, moment: datetime, due: Due, where: Where) -> "Span":
        """What remains of it at a moment: the time, or the working days after that day."""
        if isinstance(self.length, timedelta):
            return replace(self, length=max(due.at - moment, timedelta()))
        today, last = where.day(moment), where.day(due.at - _TICK)
        days = between(today + _DAY, last, where.calendar)
        return replace(self, length=sum(one.counted for one in days))


def between(first: date, last: date, calendar: Calendar) -> Iterator[Day]:
    """Day by day from the first to the last, whether it counts and why."""
    for number in range((last - first).days + 1):
        yield calendar.day(first + number * _DAY)


def explained(begin: datetime, due: Due, where: Where) -> Iterator[Day]:
    """Every day of a time that is counted in working days, without the day of its event."""
    return between(where.day(begin) + _DAY, where.day(due.at - _TICK), where.calendar)


@lru_cache(maxsize=4096)  # thousands of matters begin on the same day
def _last(begin: date, working_days: int, calendar: Calendar) -> tuple[date, bool]:
    """The last day of a period, and whether a day whose year is not known was counted through."""
    counted, provisional = 0, False
    for number in count(1 if working_days else 0):
        day = calendar.day(begin + number * _DAY)
        counted += day.counted
        provisional |= not day.known
        if day.counted and counted >= working_days:
            return day.on, provisional
    raise AssertionError


def span_of(value: object) -> Span:
    """A span as somebody wrote it. Raises `ValueError`; a number would be taken for seconds, which nobody means."""
    if isinstance(value, Span):
        return value
    if isinstance(value, str) and (days := _WORKING_DAYS.fullmatch(value)):
        return _allowed(Span(value, int(days[1])))
    if isinstance(value, str) and not value.startswith("P"):
        value = None
    try:
        elapsed = _ELAPSED.validate_python(value, strict=not isinstance(value, str))
    except ValidationError:
        raise ValueError(
            "write an ISO 8601 duration, such as PT4H or P7D, or working days, such as 7 working days or 7 个工作日"
        ) from None
    text = value if isinstance(value, str) else str(_ELAPSED.dump_python(elapsed, mode="json"))
    return _allowed(Span(text, elapsed))


def _allowed(span: Span) -> Span:
    elapsed = span.length if isinstance(span.length, timedelta) else span.length * _DAY
    if elapsed <= timedelta():
        raise ValueError("must be greater than zero")
    if elapsed > LONGEST:
        raise ValueError("must be ten years at most")
    return span
