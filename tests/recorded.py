"""Spans as a test sees them: recorded in memory instead of sent."""

from contextlib import contextmanager

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from messaging.tracing import RECORDING


class Spans:
    """What has ended so far."""

    def __init__(self):
        self.exporter = InMemorySpanExporter()

    def __iter__(self):
        return iter(self.exporter.get_finished_spans())

    def __len__(self):
        return len(self.exporter.get_finished_spans())

    def named(self, name):
        """Those of a name, in the order in which they ended."""
        return [one for one in self if one.name == name]

    def one(self, name):
        """The only one of a name."""
        [found] = self.named(name)
        return found


@contextmanager
def recorded(share=1.0):
    """While the block runs this process records such a share of what begins here."""
    spans = Spans()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans.exporter))
    RECORDING.tracer, RECORDING.share = provider.get_tracer("test"), share
    try:
        yield spans
    finally:
        RECORDING.tracer, RECORDING.share = None, 0.0
        provider.shutdown()


def context(traceparent):
    """(trace id, span id) of a header, as numbers."""
    _, trace, span, _ = traceparent.split("-")
    return int(trace, 16), int(span, 16)


def of(span):
    """(trace id, span id) of a span, or of a link or a parent."""
    found = getattr(span, "context", span)
    return found.trace_id, found.span_id
