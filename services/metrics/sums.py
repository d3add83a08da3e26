"""What is grouped adds up to the whole; a stock is what was added on all days up to one. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.metrics.figures import Counts

Sum = dict[str, dict[str, int]]
"""Tier → measure → value."""


class Sums(NamedTuple):
    """What figures are made of: the counts of a period, and those of all days up to its last, for stocks."""

    within: Counts
    until: Counts


def merged(every: Iterable[Counts]) -> Sum:
    """The sum of several, by tier and measure."""
    whole: Sum = {}
    for counts in every:
        for tier, values in counts.items():
            into = whole.setdefault(tier, {})
            for measure, value in values.items():
                into[measure] = into.get(measure, 0) + value
    return whole


def minus(counts: Counts, taken: Counts) -> Sum:
    """What is left of some counts."""
    return merged(
        (counts, {tier: {one: -by for one, by in values.items()} for tier, values in taken.items()})
    )


def standing(groups: Mapping[str, Counts], before: Mapping[str, Counts]) -> dict[str, Sums]:
    """Groups that are not periods, with what was there before the first day of all of them."""
    keys = sorted({*groups, *before})
    return {
        one: Sums(groups.get(one, {}), merged((before.get(one, {}), groups.get(one, {})))) for one in keys
    }


def running(groups: Mapping[str, Counts], before: Counts, stocks: frozenset[str]) -> dict[str, Sums]:
    """Groups that are periods: each stands on all that came earlier."""
    found: dict[str, Sums] = {}
    until = merged((before,))
    for key, counts in sorted(groups.items()):
        until = merged((until, only(counts, stocks)))
        found[key] = Sums(counts, until)
    return found


def only(counts: Counts, measures: frozenset[str]) -> Sum:
    """Some of the measures."""
    return {tier: {one: values[one] for one in measures & values.keys()} for tier, values in counts.items()}
