"""Areas side by side: who ranks where, how sure that is, and why some have no rank. Pure; areas, never persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Literal

from services.metrics.figures import Withheld

Better = Literal["higher", "lower"]
Spread = Literal["share", "events"]
"""What is divided: a part by its whole, or a number of events by something they are not a part of."""
Why = Withheld | Literal["too-few-to-rank"]
"""Why an area has no rank: it has no value, or one that says too little."""
Z = Decimal("1.959963984540054")
"""The normal quantile of a two-sided interval of 95 %."""
PRECISION = 50
"""Digits of the arithmetic; those of the result are the caller's."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in an area: a numerator of a denominator, which may be a time-weighted headcount."""

    area: str
    numerator: int
    denominator: int | Fraction
    why: Why | None = None
    """Why it has no value, whatever was counted."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How to rank: which direction is better, from which denominator on, and with how many digits bounds are given."""

    better: Better
    least: int = 1
    spread: Spread = "share"
    scale: int = 100
    """100 for percentages, 1 for so many a head."""
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """An area in a ranking. Equal fractions share a rank, and the next rank leaves out as many (1, 2, 2, 4)."""

    counted: Counted
    rank: int | None = None
    tied: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    """The bounds of the 95 % interval, in the unit of the value."""
    told_apart: bool | None = None
    """Whether its interval lies apart from that of whoever ranks just before it; None for the first."""
    why: Why | None = None


def ranking(group: Sequence[Counted], terms: Terms) -> tuple[Standing, ...]:
    """Areas that may be compared: those with a rank, best first, then those without, by area."""
    without = {one.area: why for one in group if (why := _no_rank(one, terms)) is not None}
    values = {one.area: _value(one) for one in group if one.area not in without}
    sign = -1 if terms.better == "higher" else 1
    order = sorted(
        (one for one in group if one.area in values), key=lambda one: (sign * values[one.area], one.area)
    )
    places = [values[one.area] for one in order]
    standings: list[Standing] = []
    for one in order:
        value = values[one.area]
        low, high = interval(one.numerator, one.denominator, terms)
        before = standings[-1] if standings else None
        rank, tied = places.index(value) + 1, places.count(value) > 1
        standings.append(Standing(one, rank, tied, low, high, _apart(before, low, high)))
    unranked = sorted((one for one in group if one.area in without), key=lambda one: one.area)
    return (*standings, *(Standing(one, why=without[one.area]) for one in unranked))


def _value(one: Counted) -> Fraction:
    """Exact, so that neither ties nor order depend on how many digits are shown."""
    return Fraction(one.numerator) / Fraction(one.denominator)


def _no_rank(one: Counted, terms: Terms) -> Why | None:
    if one.why is not None:
        return one.why
    if one.denominator <= 0:
        return "no-denominator"
    if terms.spread == "share" and not 0 <= one.numerator <= one.denominator:
        return "incomplete"
    return "too-few-to-rank" if one.denominator < terms.least else None


def _apart(before: Standing | None, low: Decimal, high: Decimal) -> bool | None:
    if before is None or before.low is None or before.high is None:
        return None
    return low > before.high or high < before.low


def interval(numerator: int, denominator: int | Fraction, terms: Terms) -> tuple[Decimal, Decimal]:
    """The 95 % interval of a value, rounded half up to the digits of the terms."""
    with localcontext() as context:
        context.prec = PRECISION
        bounds = wilson if terms.spread == "share" else byar
        divided = Fraction(denominator)
        low, high = bounds(numerator, Decimal(divided.numerator) / divided.denominator)
        unit = Decimal(1).scaleb(-terms.digits)
        return (low * terms.scale).quantize(unit, ROUND_HALF_UP), (high * terms.scale).quantize(
            unit, ROUND_HALF_UP
        )


def wilson(numerator: int, denominator: Decimal) -> tuple[Decimal, Decimal]:
    """The score interval of a share (Wilson 1927, JASA 22:209-212; Newcombe 1998, Stat. Med. 17:857-872, method 3).

    It stays between 0 and 1, and is honest where a share is 0 or 1 or the denominator small.
    """
    share, whole = numerator / denominator, 1 + Z * Z / denominator
    centre = (share + Z * Z / (2 * denominator)) / whole
    half = Z / whole * (share * (1 - share) / denominator + Z * Z / (4 * denominator**2)).sqrt()
    low = Decimal(0) if numerator == 0 else centre - half
    return low, Decimal(1) if numerator == denominator else centre + half


def byar(events: int, denominator: Decimal) -> tuple[Decimal, Decimal]:
    """The interval of so many events per unit (Byar; Breslow & Day 1987, IARC 82, p. 69): their number is Poisson."""
    more = Decimal(events + 1)
    upper = more * (1 - 1 / (9 * more) + Z / (3 * more.sqrt())) ** 3
    if events <= 0:
        return Decimal(0), upper / denominator
    seen = Decimal(events)
    lower = seen * (1 - 1 / (9 * seen) - Z / (3 * seen.sqrt())) ** 3
    return max(lower, Decimal(0)) / denominator, upper / denominator
