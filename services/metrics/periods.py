"""Days, ISO weeks, months, quarters and years, as figures are asked for and added up by; none has a time zone. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from schemas.base import EARLIEST_YEAR, LATEST_YEAR

Kind = Literal["day", "week", "month", "quarter", "year"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WRITTEN: dict[Kind, re.Pattern[str]] = {
    "day": re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII),
    "week": re.compile(r"(\d{4})-W(\d{2})", re.ASCII),
    "month": re.compile(r"(\d{4})-(\d{2})", re.ASCII),
    "quarter": re.compile(r"(\d{4})-Q([1-4])", re.ASCII),
    "year": re.compile(r"(\d{4})", re.ASCII),
}
HOW = "must be a day 2026-11-22, a week 2026-W47, a month 2026-11, a quarter 2026-Q4 or a year 2026"
DAY = timedelta(days=1)
QUARTERS = "一二三四"
IN_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period, named by its kind and its first day."""

    kind: Kind
    first: date

    def __str__(self) -> str:
        """As it is written: the key of the period."""
        iso = self.first.isoformat()
        match self.kind:
            case "day":
                return iso
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case "month":
                return iso[:7]
            case "quarter":
                return f"{iso[:4]}-Q{self._quarter}"
            case "year":
                return iso[:4]

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - DAY

    @property
    def next(self) -> "Period":
        """The one after it."""
        match self.kind:
            case "day":
                return Period("day", self.first + DAY)
            case "week":
                return Period("week", self.first + 7 * DAY)
            case "month":
                return Period("month", _months_on(self.first, 1))
            case "quarter":
                return Period("quarter", _months_on(self.first, IN_QUARTER))
            case "year":
                return Period("year", date(self.first.year + 1, 1, 1))

    @property
    def previous(self) -> "Period":
        """The one before it."""
        return of(self.kind, self.first - DAY)

    @property
    def zh(self) -> str:
        """Its name in Chinese."""
        match self.kind:
            case "day":
                return f"{self.first.year}年{self.first.month}月{self.first.day}日"
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year}年第{week}周"
            case "month":
                return f"{self.first.year}年{self.first.month}月"
            case "quarter":
                return f"{self.first.year}年第{QUARTERS[self._quarter - 1]}季度"
            case "year":
                return f"{self.first.year}年"

    @property
    def en(self) -> str:
        """Its name in English."""
        match self.kind:
            case "day" | "week" | "year":
                return str(self)
            case "month":
                return f"{self.first:%B} {self.first.year}"
            case "quarter":
                return f"Q{self._quarter} {self.first.year}"

    @property
    def _quarter(self) -> int:
        return (self.first.month - 1) // IN_QUARTER + 1

    @property
    def days(self) -> "tuple[date, ...]":
        """All its days, in order."""
        return tuple(self.first + at * DAY for at in range((self.last - self.first).days + 1))

    def __contains__(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def of(kind: Kind, day: date) -> Period:
    """The period of a kind that a day lies in."""
    match kind:
        case "day":
            return Period(kind, day)
        case "week":
            return Period(kind, day - day.weekday() * DAY)
        case "month":
            return Period(kind, day.replace(day=1))
        case "quarter":
            return Period(kind, date(day.year, (day.month - 1) // IN_QUARTER * IN_QUARTER + 1, 1))
        case "year":
            return Period(kind, date(day.year, 1, 1))


def parse(written: str) -> Period:
    """The period somebody wrote. Raises `ValueError` saying how one is written, or that there is none of this name."""
    found = read(written)
    if not EARLIEST_YEAR <= int(written[:4]) <= LATEST_YEAR:
        raise ValueError(f"must lie between the years {EARLIEST_YEAR} and {LATEST_YEAR}")
    return found


def read(key: str) -> Period:
    """The period of this key, in whatever year. Raises `ValueError` where there is none."""
    fits = ((kind, pattern.fullmatch(key)) for kind, pattern in WRITTEN.items())
    kind, found = next(((kind, found) for kind, found in fits if found), (None, None))
    if kind is None or found is None:
        raise ValueError(HOW)
    try:
        return Period(kind, _first(kind, *(int(one) for one in found.groups())))
    except ValueError as error:
        raise ValueError(f"there is no such {kind}") from error


def between(kind: Kind, first: date, last: date) -> Iterator[Period]:
    """All periods of a kind that have a day from the first to the last, in order."""
    one = of(kind, first)
    while one.first <= last:
        yield one
        one = one.next


def _first(kind: Kind, year: int, part: int = 1, day: int = 1) -> date:
    if kind == "week":
        return date.fromisocalendar(year, part, 1)
    if kind == "quarter":
        return date(year, (part - 1) * IN_QUARTER + 1, 1)
    return date(year, part, day)


def _months_on(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
