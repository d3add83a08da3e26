"""The referral ledger: of what a source could have offered in a month, what became of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from policy.load import Area
from schemas.declarations import Month
from services.intake.declarations import Declared

WhyNot = Literal[
    "not-declared", "declared-in-part", "nothing-eligible", "nothing-diverted", "more-than-eligible"
]
WORDS: dict[WhyNot, tuple[str, str]] = {
    "not-declared": ("来源单位未申报可分流数", "The source has not declared how many were eligible"),
    "declared-in-part": (
        "来源单位只申报了部分区划或月份",
        "The source has declared some of the areas or months only",
    ),
    "nothing-eligible": ("可分流数为零", "Nothing was eligible"),
    "nothing-diverted": ("没有分流成功受理的事项", "Nothing was diverted"),
    "more-than-eligible": (
        "分流数大于申报的可分流数，请核对申报",
        "More was diverted than was declared eligible: the declaration is to be corrected",
    ),
}
HOW = {"half-up": ROUND_HALF_UP, "truncate": ROUND_DOWN}


class Rounding(BaseModel):
    """The rounding rule, which is part of a rate: published figures differ by it alone."""

    model_config = ConfigDict(frozen=True)
    rule: Literal["half-up", "truncate"] = "half-up"
    places: Annotated[int, Field(ge=0, le=4)] = 2

    def percent(self, numerator: int, denominator: int) -> str:
        """A percentage; the denominator is not zero."""
        exact = Decimal(numerator) * 100 / Decimal(denominator)
        return str(exact.quantize(Decimal(1).scaleb(-self.places), rounding=HOW[self.rule]))


class Missing(BaseModel):
    """Why there is no figure."""

    reason: WhyNot
    zh: str
    en: str


class Rate(BaseModel):
    """A rate of a month's offers; null, with the reason, where there is nothing to divide by."""

    id: str
    zh: str
    en: str
    numerator: int
    denominator: int | None
    value: str | None
    unit: str = "%"
    rounding: Rounding
    why_not: Missing | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the offers of a month, each counted where it stands now."""

    offered: int = 0
    accepted: int = 0
    """Accepted at some time."""
    diverted: int = 0
    """Accepted, and not given back afterwards."""
    succeeded: int = 0
    failed: int = 0
    returned: int = 0
    waiting: int = 0
    """Not answered yet."""
    in_mediation: int = 0
    unnumbered: int = 0
    """Offered without a number of the source: nobody can reconcile them."""

    def and_(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


class Line(BaseModel):
    """A month of a source, or all of them together."""

    month: Month | None
    """Null in the total."""
    eligible: int | None
    why_not: Missing | None
    offered: int
    accepted: int
    diverted: int
    succeeded: int
    failed: int
    returned: int
    waiting: int
    in_mediation: int
    unnumbered: int
    diversion: Rate
    success: Rate


class Ledger(BaseModel):
    """The ledger of a source: its offers by the month in which they were made."""

    source: str
    area: str | None
    """Null for all areas."""
    time_zone: str
    """Whose midnight begins a month."""
    as_of: datetime
    cohort_zh: str = "按来源单位移送的月份归集，截至 as_of 的状态"
    cohort_en: str = "by the month of the offer, as they stand as of as_of"
    lines: tuple[Line, ...]
    total: Line


@dataclass(frozen=True, slots=True)
class Eligible:
    """A denominator, or why there is none."""

    count: int | None
    why_not: WhyNot | None = None


def eligible(declared: Declared, area: str | None, children: Mapping[str | None, Sequence[str]]) -> Eligible:
    """How many were eligible in an area: as declared for it, else for everything in it; never a part of it.

    `children` are the areas directly below each; below None the topmost.
    """
    known = {one: standing.count for one, standing in declared.items() if standing.count is not None}
    count = _sum(known, area, children)
    if count is not None:
        return Eligible(count)
    inside = any(area is None or one.startswith(area) for one in known)
    return Eligible(None, "declared-in-part" if inside else "not-declared")


def _sum(
    known: Mapping[str, int], area: str | None, children: Mapping[str | None, Sequence[str]]
) -> int | None:
    if area is not None and area in known:
        return known[area]
    below = [_sum(known, one, children) for one in children.get(area, ())]
    counted = [one for one in below if one is not None]
    return sum(counted) if below and len(counted) == len(below) else None


def line(month: str | None, counts: Counts, found: Eligible, rounding: Rounding) -> Line:
    """A line with its two rates."""
    diversion = _rate(("diversion@1", "分流率", "Diversion rate"), counts.diverted, found, rounding)
    of = Eligible(counts.diverted) if counts.diverted else Eligible(None, "nothing-diverted")
    success = _rate(("mediation_success@1", "调解成功率", "Success rate"), counts.succeeded, of, rounding)
    every = {one.name: getattr(counts, one.name) for one in fields(counts)}
    told = {"eligible": found.count, "why_not": _missing(found.why_not)}
    return Line(month=month, **told, **every, diversion=diversion, success=success)


def total(lines: Iterable[tuple[Counts, Eligible]], rounding: Rounding) -> Line:
    """All months together; eligible only if every month's is known."""
    every = list(lines)
    counts = Counts()
    for one, _ in every:
        counts = counts.and_(one)
    known = [found.count for _, found in every if found.count is not None]
    if len(known) == len(every):
        return line(None, counts, Eligible(sum(known)), rounding)
    some = known or any(found.why_not == "declared-in-part" for _, found in every)
    return line(None, counts, Eligible(None, "declared-in-part" if some else "not-declared"), rounding)


def _rate(name: tuple[str, str, str], numerator: int, of: Eligible, rounding: Rounding) -> Rate:
    why_not = of.why_not
    if of.count == 0:
        why_not = "nothing-eligible"
    elif of.count is not None and numerator > of.count:
        why_not = "more-than-eligible"
    value = None if why_not or not of.count else rounding.percent(numerator, of.count)
    named = dict(zip(("id", "zh", "en"), name, strict=True))
    return Rate(
        **named,
        numerator=numerator,
        denominator=of.count,
        value=value,
        rounding=rounding,
        why_not=_missing(why_not),
    )


def _missing(reason: WhyNot | None) -> Missing | None:
    return None if reason is None else Missing(reason=reason, zh=WORDS[reason][0], en=WORDS[reason][1])


def children_of(areas: Iterable[Area]) -> dict[str | None, list[str]]:
    """The areas directly below each; below None the topmost."""
    found: dict[str | None, list[str]] = {}
    for one in areas:
        found.setdefault(one.parent, []).append(one.code)
    return found


def months(first: str, last: str) -> list[str]:
    """Every month from the first to the last."""
    year, month = map(int, first.split("-"))
    found: list[str] = []
    while (one := f"{year}-{month:02}") <= last:
        found.append(one)
        year, month = (year, month + 1) if month < DECEMBER else (year + 1, 1)
    return found


DECEMBER = 12
