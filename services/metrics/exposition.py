"""The figures as Prometheus reads them: gauges with few labels, of the county and its towns only. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from schemas.base import TIERS
from services.metrics.definition import Definition
from services.metrics.figures import Counts, figure, total
from services.metrics.sums import merged

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
PART, VALUE = "fengqiao_figure_part", "fengqiao_figure_value"
AREA, AS_OF, STALE = "fengqiao_area_info", "fengqiao_tier_as_of_timestamp_seconds", "fengqiao_tier_stale"
PARTS_OF_A_FIGURE = 2 * len(TIERS) + 1
"""Samples of a figure in an area at most: numerator and denominator as each tier counted them, and its value."""


@dataclass(frozen=True, slots=True)
class Scraped:
    """What is known at the moment of a scrape."""

    counts: Mapping[str, Counts]
    """By area, of all that lies in it."""
    names: Mapping[str, str]
    """Of the areas that are shown."""
    tiers: Mapping[str, tuple[datetime, bool]]
    """As of when each is current, and whether that is stale."""
    definitions: tuple[Definition, ...]


def shown(definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """The figures that can be told by sums alone: no durations, which are sketches, and nothing by headcount."""
    return tuple(one for one in definitions if one.kind != "duration" and one.per is None)


def rolled(groups: Mapping[str, Counts], areas: Iterable[str]) -> dict[str, Counts]:
    """Counts of areas by whatever begins with their code."""
    return {
        area: merged(counts for code, counts in groups.items() if code.startswith(area)) for area in areas
    }


def text(scraped: Scraped) -> bytes:
    """Everything in the text format."""
    return generate_latest(_Once(scraped))


class _Once(Collector):
    """What a scrape found; nothing is kept from one to the next."""

    def __init__(self, scraped: Scraped) -> None:
        self._scraped = scraped

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All families."""
        yield _parts(self._scraped)
        yield _values(self._scraped)
        yield _areas(self._scraped)
        yield from _tiers(self._scraped)


def _parts(scraped: Scraped) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        PART,
        "Numerator or denominator of a figure since the first event, as one tier counted it; they add up over tiers. "
        "指标的分子、分母（自首个事件起，按层级，可跨层级相加）",
        labels=("metric", "area", "tier", "part"),
    )
    for area in scraped.names:
        counts = scraped.counts.get(area, {})
        for one in scraped.definitions:
            for tier in TIERS:
                own: Counts = {tier: counts.get(tier, {})}
                if one.tier in {None, tier}:
                    family.add_metric((one.key, area, tier, "numerator"), total(own, one.numerator))
                if one.denominator:
                    family.add_metric((one.key, area, tier, "denominator"), total(own, one.denominator))
    return family


def _values(scraped: Scraped) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        VALUE,
        "A figure since the first event, all tiers together, rounded as it is defined; absent while it is withheld. "
        "指标值（自首个事件起，全部层级，按定义取舍；不宜公布时缺省）",
        labels=("metric", "area"),
    )
    for area in scraped.names:
        for one in scraped.definitions:
            value = figure(one, scraped.counts.get(area, {})).value
            if value is not None:
                family.add_metric((one.key, area), float(value))
    return family


def _areas(scraped: Scraped) -> GaugeMetricFamily:
    family = GaugeMetricFamily(AREA, "Always 1: the name of an area. 区划名称", labels=("area", "name"))
    for area, name in scraped.names.items():
        family.add_metric((area, name), 1)
    return family


def _tiers(scraped: Scraped) -> Iterator[GaugeMetricFamily]:
    as_of = GaugeMetricFamily(
        AS_OF, "As of when a tier's figures are current. 各层级数据的截止时间", labels=("tier",)
    )
    stale = GaugeMetricFamily(
        STALE,
        "1 while a tier has not said for some time how current it is. 层级数据是否陈旧",
        labels=("tier",),
    )
    for tier, (moment, old) in scraped.tiers.items():
        as_of.add_metric((tier,), moment.timestamp())
        stale.add_metric((tier,), int(old))
    yield from (as_of, stale)
