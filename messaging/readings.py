"""What a process is asked for at each scrape: numbers it knows at that moment, and nothing for those it does not."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from messaging.telemetry import COUNTED, TABLE, Series

Values = Mapping[tuple[str, ...], float | None]
"""By the values of the labels; None is not known."""


class Readings(Collector):
    """The scrape of one process: what was counted as it happened, and what can be read off now."""

    def __init__(self) -> None:
        self._reads: dict[Series, list[Callable[[], Values]]] = {}
        self._registry = CollectorRegistry()
        for one in COUNTED:
            self._registry.register(one)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def reads(self, series: Series, read: Callable[[], float | None], *labels: str) -> None:
        """Adds one sample; where nobody knows it at the moment, it is absent."""
        self.reads_all(series, lambda: {labels: read()})

    def reads_all(self, series: Series, read: Callable[[], Values]) -> None:
        """Adds as many samples as there are."""
        self._reads.setdefault(series, []).append(read)

    def collect(self) -> Iterator[Metric]:
        """What is known now, in the order of the table; of what is not known, only what it would be."""
        for series in TABLE:
            if (reads := self._reads.get(series)) is not None:
                found = [one for read in reads for one in read().items()]
                yield _family(series, {labels: value for labels, value in found if value is not None})

    def text(self, accepted: str) -> tuple[bytes, str]:
        """A scrape in the format the scraper prefers, and its media type: only OpenMetrics has exemplars."""
        encode, media_type = choose_encoder(accepted)
        return encode(self._registry), media_type

    async def scrape(self, accepted: str) -> tuple[bytes, str]:
        """The same: read off here, written out in a thread, for that takes longer than anybody should wait for it."""
        encode, media_type = choose_encoder(accepted)
        return await asyncio.to_thread(encode, _Taken(list(self._registry.collect()))), media_type


class _Taken(Collector):
    """What was read off at one moment."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """The same each time."""
        return self._families


def _family(series: Series, values: Mapping[tuple[str, ...], float]) -> Metric:
    if series.kind == "info":
        info = InfoMetricFamily(series.name, series.help)
        for labels in values:
            info.add_metric((), dict(zip(series.labels, labels, strict=True)))
        return info
    gauge = GaugeMetricFamily(series.name, series.help, labels=series.labels, unit=series.unit)
    for labels, value in values.items():
        gauge.add_metric(labels, value)
    return gauge
