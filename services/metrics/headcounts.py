"""在岗人数: how many people an area had over a period, weighted by days, under one definition of who counts. Pure.

Localities count differently (grid staff; grid staff and household heads), so a headcount always has a definition:
numbers of different definitions are never added, and where a day or a part is not covered there is none at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from policy.load import Area

Why = Literal["no-headcount", "no-period", "days-missing", "parts-missing", "other-definition"]
WORDS: dict[Why, tuple[str, str]] = {
    "no-headcount": ("没有人数，不能按人计算", "there is no headcount to divide by"),
    "no-period": ("未指定期间，人数无从折算", "a headcount is of a period, and none was asked for"),
    "days-missing": ("期间有日子没有人数", "some days of the period have no headcount"),
    "parts-missing": ("有下级区域没有人数", "an area within it has no headcount"),
    "other-definition": (
        "有下级区域的人数口径不同，不能相加",
        "an area within it counts by another definition",
    ),
}
"""Why there is no headcount."""
KNOWN = {
    "headcount": ("在岗人数", "headcount"),
    "grid-staff": ("网格员", "grid staff"),
    "grid-staff-and-household-heads": ("网格员和联户长", "grid staff and household heads"),
}
"""Definitions the product has words for; a locality's own go by the name they have in its file."""
UNNAMED = "headcount"
"""Stands for the definition there is not, where a locality has no headcounts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """So many people of a definition in an area, from a day to another, both included; without a last, until today."""

    area: str
    definition: str
    first: date
    last: date | None
    number: int

    def days(self, first: date, last: date) -> int:
        """On how many days of a period it holds."""
        end = last if self.last is None else min(last, self.last)
        return max((end - max(first, self.first)).days + 1, 0)


@dataclass(frozen=True, slots=True)
class Headcount:
    """The people of an area over a period, on average of its days; or why that is not known, and of which area."""

    people: Fraction | None
    why: Why | None = None
    area: str | None = None


class Headcounts:
    """What a locality says of its headcounts."""

    def __init__(self, entries: Iterable[Entry], areas: Mapping[str, Area]) -> None:
        self._entries: dict[tuple[str, str], list[Entry]] = {}
        for one in entries:
            self._entries.setdefault((one.area, one.definition), []).append(one)
        self._parts: dict[str, list[str]] = {}
        for code, area in sorted(areas.items()):
            if area.parent is not None:
                self._parts.setdefault(area.parent, []).append(code)

    @property
    def definitions(self) -> tuple[tuple[str, str, str], ...]:
        """Code, Chinese and English name of all that are used, by their codes; one that nobody has, if none is."""
        used = sorted({definition for _, definition in self._entries})
        return tuple((one, *KNOWN.get(one, (one, one))) for one in used or (UNNAMED,))

    def of(self, area: str, definition: str, first: date, last: date) -> Headcount:
        """The headcount of an area from a day to another: its own, or the sum of all its parts where it has none."""
        own = self._entries.get((area, definition))
        if own is not None:
            return _weighted(area, own, first, last)
        within = {used for place, used in self._entries if place.startswith(area)}
        if definition not in within:
            return Headcount(None, "other-definition" if within else "no-headcount", area)
        people = Fraction(0)
        for part in self._parts[area]:
            found = self.of(part, definition, first, last)
            if found.people is None:
                why = "parts-missing" if found.why == "no-headcount" else found.why
                return Headcount(None, why, found.area)
            people += found.people
        return Headcount(people)


NOBODY = Headcounts((), {})


@dataclass(frozen=True, slots=True)
class People:
    """Of which area's people figures are."""

    headcounts: Headcounts
    area: str

    def of(self, definition: str, first: date | None, last: date | None) -> Headcount:
        """Their headcount by a definition over some days."""
        if first is None or last is None:
            return Headcount(None, "no-period", self.area)
        return self.headcounts.of(self.area, definition, first, last)


def _weighted(area: str, entries: Iterable[Entry], first: date, last: date) -> Headcount:
    """They never overlap, so they cover a period if their days are as many as it has."""
    held = [(one.days(first, last), one.number) for one in entries]
    days = (last - first).days + 1
    if days < 1 or sum(found for found, _ in held) < days:
        return Headcount(None, "days-missing", area)
    return Headcount(Fraction(sum(found * number for found, number in held), days))
