"""From when on a figure deserves a second look: what gaming looks like (防造假), and what is an unusual day."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policy.parts import Duration, Part

Percent = Annotated[int, Field(ge=1, le=100)]
Least = Annotated[int, Field(ge=1, le=1_000_000)]
Minutes = Literal[5, 10, 30, 60]
"""So soon after its report a resolution is counted apart; nothing between is counted, so nothing else can be asked."""
MINUTES: tuple[Minutes, ...] = (5, 10, 30, 60)
TAIL = 5
"""Of the last days of a month, so many keep the incidents behind their figures; a burst lies in them."""


class OneHand(Part):
    """上报与化解同一人: reported and resolved, or closed, by the same hand within minutes."""

    minutes: Minutes = 10
    least: Least = 5
    percent: Percent = 20


class MonthEnd(Part):
    """月末突击: the last days of a month far above the month's other days."""

    days: Annotated[int, Field(ge=1, le=TAIL)] = 3
    least: Least = 10
    times: Annotated[int, Field(ge=2, le=100)] = 3
    """So many times what such days usually have, at least."""
    score: Annotated[int, Field(ge=2, le=20)] = 4
    """And so many robust spreads above it."""


class Undone(Part):
    """销号后又重开: closed, and open again later."""

    least: Least = 3
    percent: Percent = 10


class SameAnswer(Part):
    """回访千篇一律: the parties of one role always give the same answer."""

    least: Least = 20
    percent: Annotated[int, Field(ge=51, le=100)] = 100


class Flags(Part):
    """What gaming looks like, in an area and a month."""

    one_hand: OneHand = OneHand()
    month_end: MonthEnd = MonthEnd()
    undone: Undone = Undone()
    same_answer: SameAnswer = SameAnswer()


class Unusual(Part):
    """异常日: a day of an area and category far from what its weekday has had."""

    weeks: Annotated[int, Field(ge=4, le=26)] = 8
    """So many weeks before the day say what its weekday has; with fewer nothing is said."""
    score: Annotated[int, Field(ge=3, le=20)] = 4
    """From so many robust spreads on a day is unusual."""
    settles: Duration = timedelta(hours=6)
    """So long after midnight a day is judged: late reports come in until then."""

    @model_validator(mode="after")
    def _within_a_week(self) -> Self:
        if self.settles > timedelta(days=7):
            raise ValueError("settles: a week at most, P7D")
        return self
