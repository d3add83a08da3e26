"""Where spans go: a bounded queue, a thread that sends it to an OTLP collector, and silence when that is away."""

import logging
from time import monotonic

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from messaging.release import version

SELDOM_S = 60.0
"""So often a logger of the library is heard while spans are lost."""
TALKATIVE = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.trace", "urllib3.connectionpool",
)  # fmt: skip
"""They speak of each batch that could not be sent, or of each span that found no place."""


class Seldom(logging.Filter):
    """Lets one record through a minute: the others say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = -SELDOM_S

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is heard."""
        del record
        now = monotonic()
        if now - self._heard < SELDOM_S:
            return False
        self._heard = now
        return True


def provider_of(service: str, tier: str) -> TracerProvider:
    """A provider that records what it is asked to: what is sampled was decided before. Raises `ValueError`.

    The exporter and its queue read their own `OTEL_EXPORTER_OTLP_*` and `OTEL_BSP_*` variables.
    """
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(Seldom())
    provider = TracerProvider(sampler=ALWAYS_ON, resource=_resource(service, tier), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _resource(service: str, tier: str) -> Resource:
    """Who we are; what else `OTEL_RESOURCE_ATTRIBUTES` says of where we run comes from there."""
    return Resource.create({
        "service.name": f"{tier}-{service}",
        "service.namespace": "fengqiao",
        "service.version": version(),
    })  # fmt: skip
