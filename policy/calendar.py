"""Which days count: the statutory calendar with its make-up workdays (调休), and a locality's own days on top. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

import chinese_calendar

Why = Literal[
    "working-day", "weekend", "holiday", "make-up-workday", "local-day-off", "local-working-day", "year-not-known"
]  # fmt: skip

WORDS: dict[Why, tuple[str, str]] = {
    "working-day": ("工作日", "Working day"),
    "weekend": ("周末", "Weekend"),
    "holiday": ("法定节假日", "Statutory holiday"),
    "make-up-workday": ("调休上班", "Make-up workday"),
    "local-day-off": ("本地放假", "Local day off"),
    "local-working-day": ("本地上班", "Local working day"),
    "year-not-known": (
        "当年节假日安排尚未公布，暂按工作日计",
        "Working day until that year's holidays are known",
    ),
}
HOLIDAYS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利七十周年纪念日",
}
"""The names the library has, in Chinese."""
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Day:
    """A day, whether it counts, and why; `known` is false while its year's holidays may still change that."""

    on: date
    counted: bool
    why: Why
    holiday: str | None = None
    """The statutory holiday it belongs to, also as the workday that makes up for it."""
    known: bool = True

    @property
    def words(self) -> tuple[str, str]:
        """Why, in Chinese and in English."""
        zh, en = WORDS[self.why]
        if self.holiday is None:
            return zh, en
        return f"{zh}（{HOLIDAYS.get(self.holiday, self.holiday)}）", f"{en} ({self.holiday})"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The country's days with a locality's own, which win."""

    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()
    closed_weekly: frozenset[int] = frozenset()
    open_weekly: frozenset[int] = frozenset()
    """Days of the week, Monday is 0; a statutory holiday and a make-up workday stay what they are."""

    def day(self, on: date) -> Day:
        """What a day is."""
        if on in self.closed:
            return Day(on, counted=False, why="local-day-off")
        if on in self.open:
            return Day(on, counted=True, why="local-working-day")
        day = statutory(on)
        if day.why == "weekend" and on.weekday() in self.open_weekly:
            return replace(day, counted=True, why="local-working-day")
        if day.why in {"working-day", "year-not-known"} and on.weekday() in self.closed_weekly:
            return replace(day, counted=False, why="local-day-off")
        return day


@lru_cache(maxsize=4096)  # the library looks through all its holidays each time it is asked
def statutory(on: date) -> Day:
    """What a day is in the whole country; of a year without published holidays only the weekends are known."""
    weekday = on.weekday() <= FRIDAY
    try:
        _, holiday = chinese_calendar.get_holiday_detail(on)
        counted = chinese_calendar.is_workday(on)
    except NotImplementedError:
        return Day(on, counted=weekday, why="year-not-known" if weekday else "weekend", known=False)
    if not counted:
        return Day(on, counted=False, why="weekend" if holiday is None else "holiday", holiday=holiday)
    return Day(on, counted=True, why="working-day" if weekday else "make-up-workday", holiday=holiday)
