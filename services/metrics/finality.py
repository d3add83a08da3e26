"""Whether a figure is final: its period over, its settling days over, and every tier heard of past that end. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

Provisional = Literal["open-ended", "running", "settling", "tier-behind"]
WORDS: dict[Provisional, tuple[str, str]] = {
    "open-ended": ("未指定截止日期，数值随时变化", "No last day was asked for: the figure goes on changing"),
    "running": ("期间尚未结束", "The period is not over"),
    "settling": (
        "期间已结束，但其事实仍可能按规则变化（如回访、反弹）",
        "The period is over, but by their nature its facts may still change, as by a revisit or a relapse",
    ),
    "tier-behind": (
        "尚不能确认各层级的数据均已更新到该时刻之后",
        "Not every tier's figures are known to be current past that moment",
    ),
}
"""Why a figure is provisional."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far figures over days from `first` to `last` (both included; None is open-ended) are known."""

    now: datetime
    as_of: datetime
    """As of when the tier that is furthest behind is current, of those that were heard of."""
    complete: bool
    """Whether every tier the county has was heard of."""
    zone: tzinfo
    first: date | None = None
    last: date | None = None
    today: date = field(init=False)
    as_of_day: date = field(init=False)
    """The days of these two moments where the centre is: a day is over when the next has begun there."""

    def __post_init__(self) -> None:
        """Once for all figures."""
        object.__setattr__(self, "today", self.now.astimezone(self.zone).date())
        object.__setattr__(self, "as_of_day", self.as_of.astimezone(self.zone).date())

    def over(self, first: date | None, last: date | None) -> "Standing":
        """The same for other days."""
        return replace(self, first=first, last=last)

    @property
    def whole_months(self) -> bool:
        """Whether no month is cut off by these days."""
        begins = self.first is None or self.first.day == 1
        return begins and (self.last is None or (self.last + timedelta(days=1)).day == 1)

    @property
    def until_now(self) -> date | None:
        """The last day that has begun: of a period that is not over, today."""
        return None if self.last is None else min(self.last, self.today)

    def provisional(self, settles_days: int) -> Provisional | None:
        """Why a figure whose facts settle so many days after its period is provisional; None when it is final."""
        if self.last is None:
            return "open-ended"
        if self.today <= self.last:
            return "running"
        settled = self.last + timedelta(days=settles_days)
        if self.today <= settled:
            return "settling"
        if not self.complete or self.as_of_day <= settled:
            return "tier-behind"
        return None


def standing(now: datetime, heard: Mapping[str, datetime], tiers: Collection[str], zone: tzinfo) -> Standing:
    """What the as-of times of a county's tiers say together; one ahead of our clock is believed up to now only.

    A tier that the county has no longer was heard of last when it went: nobody waits for more of it.
    """
    current = [as_of for tier, as_of in heard.items() if tier in tiers]
    return Standing(now, min((now, *current)), heard.keys() >= set(tiers), zone)
