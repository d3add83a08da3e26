"""A locality's own days on top of the country's calendar, once and every week."""

from typing import Literal, Self

from pydantic import model_validator

from policy.calendar import Calendar
from policy.parts import LocalDate, Part

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip


class LocalDays(Part):
    """Days on which a locality's centres are closed or open although the country's calendar says otherwise."""

    closed: tuple[LocalDate, ...] = ()
    open: tuple[LocalDate, ...] = ()
    closed_weekly: tuple[Weekday, ...] = ()
    open_weekly: tuple[Weekday, ...] = ()
    """Every week, where the country has neither a holiday nor a make-up workday."""

    @model_validator(mode="after")
    def _some_are_left(self) -> Self:
        if always := sorted(set(self.closed_weekly) & set(self.open_weekly)):
            raise ValueError(f"closed and open every week: {', '.join(always)}")
        if not {*WEEKDAYS[:5], *self.open_weekly} - set(self.closed_weekly):
            raise ValueError("no working day is left in a week")
        return self

    @property
    def calendar(self) -> Calendar:
        """The country's days with these."""
        weekly = (frozenset(map(WEEKDAYS.index, days)) for days in (self.closed_weekly, self.open_weekly))
        return Calendar(frozenset(self.closed), frozenset(self.open), *weekly)

    @model_validator(mode="after")
    def _either(self) -> Self:
        if both := sorted(set(self.closed) & set(self.open)):
            raise ValueError(f"closed and open at once: {', '.join(map(str, both))}")
        return self
