"""The shapes in which figures leave: every rate with numerator, denominator, cohort and as-of."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.metrics import figures
from services.metrics.figures import ACTIVITY, Counts, Rate, counters
from services.metrics.own import PRODUCT, Own


class TierView(BaseModel):
    """As of when a tier's figures are current; stale when it has said nothing for a while."""

    as_of: str | None
    """Null when it has never been heard of."""
    stale: bool


class RateView(BaseModel):
    """A rate; `value` is null when there is nothing to divide by. `apart` never disappears in the rate."""

    id: str
    zh: str
    en: str
    numerator: int
    denominator: int
    value: str | None
    unit: str = "%"
    cohort_zh: str
    cohort_en: str
    as_of: datetime
    apart: dict[str, int]


class DistributionView(BaseModel):
    """Quantiles of a duration in seconds: the shortest time that half, 90 % or 99 % of the durations did not exceed."""

    id: str
    zh: str
    en: str
    count: int
    exact: int
    """How many of these durations are known to the second; the others are counted in buckets."""
    relative_error: float
    """By how much each quantile may be off: 0 where all durations are known to the second."""
    p50_seconds: float | None
    p90_seconds: float | None
    p99_seconds: float | None
    min_seconds: float | None
    """Null, like the longest, unless all durations are known to the second."""
    max_seconds: float | None


class GroupView(BaseModel):
    """The figures of one area, day, category, channel or tier."""

    key: str
    zh: str
    en: str
    counts: dict[str, int]
    activities: dict[str, int]
    rates: tuple[RateView, ...]


class MetricsView(BaseModel):
    """Everything asked for, as of one moment."""

    as_of: datetime
    area: str
    tiers: dict[str, TierView]
    counts: dict[str, int]
    activities: dict[str, int]
    """E.g. `patrol`, `patrol.by.grid-staff`, `patrol.minutes`, `publicity.attendance`, `deliberation.raised`."""
    by_tier: dict[str, dict[str, int]]
    rates: tuple[RateView, ...]
    distributions: tuple[DistributionView, ...]
    """Empty when asked by category or channel: of these durations are not kept apart."""
    groups: tuple[GroupView, ...]


class AreaView(BaseModel):
    """One entry of the area registry."""

    code: str
    tier: str
    name: str
    parent: str | None


class AreasView(BaseModel):
    """The area registry."""

    areas: tuple[AreaView, ...]


def counts_of(counts: Counts) -> dict[str, int]:
    """All counters, over all tiers; zero is said."""
    return {name: figures.total(counts, (name,)) for name in counters(counts)}


def activities_of(counts: Counts) -> dict[str, int]:
    """What was done besides incidents, over all tiers: what nobody did is not said."""
    names = {name for values in counts.values() for name in values if name.startswith(ACTIVITY)}
    return {name.removeprefix(ACTIVITY): figures.total(counts, (name,)) for name in sorted(names)}


def by_tier(counts: Counts) -> dict[str, dict[str, int]]:
    """All counters of each tier."""
    names = counters(counts)
    return {tier: {name: values.get(name, 0) for name in names} for tier, values in counts.items()}


def rates_of(counts: Counts, as_of: datetime, own: Own = PRODUCT) -> tuple[RateView, ...]:
    """All rates."""
    return tuple(_rate(one, counts, as_of) for one in figures.rates(own))


def _rate(rate: Rate, counts: Counts, as_of: datetime) -> RateView:
    numerator = figures.total(counts, rate.numerator, rate.tier)
    denominator = figures.total(counts, rate.denominator)
    return RateView(
        id=rate.id,
        zh=rate.zh,
        en=rate.en,
        numerator=numerator,
        denominator=denominator,
        value=rate.value(numerator, denominator),
        cohort_zh=rate.cohort_zh,
        cohort_en=rate.cohort_en,
        as_of=as_of,
        apart={one.rpartition(".")[2]: figures.total(counts, (one,)) for one in rate.apart},
    )


def distributions_of(counts: Counts, own: Own = PRODUCT) -> tuple[DistributionView, ...]:
    """All distributions."""
    return tuple(
        DistributionView(id=one.id, zh=one.zh, en=one.en, **asdict(one.sketch))
        for one in (figures.distribution(name, counts) for name in figures.distributions(own))
    )


def groups_of(
    groups: Mapping[str, Counts], labels: Mapping[str, tuple[str, str]], as_of: datetime, own: Own = PRODUCT
) -> tuple[GroupView, ...]:
    """One view per group, in key order; distributions' cells, which have no category or channel, make no group."""
    return tuple(
        GroupView(
            key=key,
            zh=labels.get(key, (key, key))[0],
            en=labels.get(key, (key, key))[1],
            counts=counts_of(counts),
            activities=activities_of(counts),
            rates=rates_of(counts, as_of, own),
        )
        for key, counts in sorted(groups.items())
        if key
    )


def merged(groups: Mapping[str, Counts]) -> dict[str, dict[str, int]]:
    """The sum of all groups, by tier and measure: what is grouped adds up to the whole."""
    whole: dict[str, dict[str, int]] = {}
    for counts in groups.values():
        for tier, values in counts.items():
            into: dict[str, Any] = whole.setdefault(tier, {})
            for measure, value in values.items():
                into[measure] = into.get(measure, 0) + value
    return whole
