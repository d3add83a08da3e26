"""The arithmetic of figures: sums of counts, values rounded as their definition says, or why there is none. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from services.metrics import headcounts
from services.metrics.definition import Definition, Rounding
from services.metrics.headcounts import Headcount, Why
from services.metrics.measures import ACTIVITY, COHORT, COUNTS
from services.metrics.sketches import Sketch, read

Counts = Mapping[str, Mapping[str, int]]
"""Tier → measure → value, each the sum over the areas, days, categories and channels asked for."""
Withheld = Literal["no-denominator", "below-smallest", "incomplete", "part-of-a-month"] | Why
WORDS: dict[str, tuple[str, str]] = {
    "no-denominator": ("没有分母，不能计算", "There is nothing to divide by"),
    "below-smallest": ("分母太小，不宜公布", "The denominator is too small to be worth showing"),
    "incomplete": (
        "分子大于分母，分母申报不全，请核对",
        "More was counted than there is to count of: what is divided by is incomplete",
    ),
    "part-of-a-month": (
        "按月申报，所选日期不是整月",
        "It is declared by the month, and the days asked for are no whole months",
    ),
    **{str(why): words for why, words in headcounts.WORDS.items()},
}
"""Why a figure has no value."""
UNKNOWN = Headcount(None, "no-headcount")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it may be published: without a value, it says why."""

    definition: Definition
    numerator: int
    denominator: int | Fraction | None
    """None where nothing is divided; a headcount on average of some days may be a fraction."""
    value: str | None
    withheld: Withheld | None
    apart: Mapping[str, int]


def figure(one: Definition, counts: Counts, headcount: Headcount = UNKNOWN) -> Figure:
    """The figure of a definition from counts; those of a stock are of all days up to the last."""
    numerator = total(counts, one.numerator, one.tier)
    denominator = _denominator(one, counts, headcount)
    withheld = headcount.why if denominator is None and one.per else _withheld(one, numerator, denominator)
    value = None if withheld else _value(one, numerator, denominator)
    apart = {name.rpartition(".")[2]: total(counts, (name,)) for name in one.apart}
    return Figure(one, numerator, denominator, value, withheld, apart)


def _denominator(one: Definition, counts: Counts, headcount: Headcount) -> int | Fraction | None:
    if one.per is not None:
        return headcount.people
    return total(counts, one.denominator) if one.denominator else None


def _withheld(one: Definition, numerator: int, denominator: int | Fraction | None) -> Withheld | None:
    if denominator is None:
        return None
    if denominator <= 0:
        return "no-denominator"
    if one.within and numerator > denominator:
        return "incomplete"
    return "below-smallest" if denominator < one.smallest else None


def _value(one: Definition, numerator: int, denominator: int | Fraction | None) -> str:
    whole, divisor = 100 if one.kind == "share" else 1, denominator or 1
    return rounded(numerator * whole * divisor.denominator, divisor.numerator, one.rounding)


def rounded(numerator: int, denominator: int, rounding: Rounding) -> str:
    """A quotient by its rounding rule, in whole numbers only; the denominator is above zero."""
    scale = 10**rounding.digits
    quotient, rest = divmod(abs(numerator) * scale, denominator)
    if rounding.mode == "half-up" and 2 * rest >= denominator:
        quotient += 1
    sign = "-" if numerator < 0 and quotient else ""
    before, behind = divmod(quotient, scale)
    return f"{sign}{before}" + (f".{behind:0{rounding.digits}}" if rounding.digits else "")


def counters(counts: Counts) -> tuple[str, ...]:
    """All that is counted, the product's first; activities and the buckets of durations go by themselves."""
    seen = {name for values in counts.values() for name in values if ":" not in name}
    own = (name for name in sorted(seen.difference(COUNTS)) if not name.startswith((ACTIVITY, COHORT)))
    return (*COUNTS, *own)


def total(counts: Counts, measures: Iterable[str], tier: str | None = None) -> int:
    """The sum of some measures over all tiers, or of one."""
    wanted, found = tuple(measures), 0
    for name, values in counts.items():
        if tier is None or tier == name:
            for one in wanted:
                found += values.get(one, 0)
    return found


@dataclass(frozen=True, slots=True)
class Distribution:
    """A duration, and how long it took."""

    definition: Definition
    sketch: Sketch


def distribution(one: Definition, counts: Counts) -> Distribution:
    """A duration over all tiers."""
    return Distribution(one, read(one.numerator[0], counts.values()))
