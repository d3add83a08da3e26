"""Whether this process records traces, and which: off unless OpenTelemetry's own variables name where they go.

While it is off there is no provider, no thread and no span: what would record looks at one attribute.
"""

import logging
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    Tracer,
    get_current_span,
    set_span_in_context,
)

from messaging.tracing_settings import tracing_settings

log = logging.getLogger(__name__)

LAST_S = 3.0
"""How long a process that ends waits until its last spans are taken; they are not worth more."""


@dataclass(slots=True)
class Recording:
    """What this process records."""

    tracer: Tracer | None = None
    """None while nothing is recorded."""
    share: float = 0.0
    """How many of the traces that begin here are."""
    end: Callable[[], None] | None = None

    def chosen(self) -> bool:
        """Whether a trace that begins now is recorded: by chance alone, a stranger's number must not decide it."""
        return self.tracer is not None and random.random() < self.share  # noqa: S311 - a share, not a secret


RECORDING = Recording()
"""There is one in a process."""


def configure(service: str, tier: str) -> None:
    """Begins to record if the environment says so. Raises `ValueError` naming every variable that is wrong."""
    settings = tracing_settings(os.environ)
    if settings is None:
        return
    from messaging.exporting import provider_of  # noqa: PLC0415 - megabytes nobody needs while it is off

    provider = provider_of(service, tier)
    RECORDING.share, RECORDING.end = settings.share, provider.shutdown
    RECORDING.tracer = provider.get_tracer("fengqiao")
    log.info("traces are exported, %s of those that begin here", f"{settings.share:.4g}")


def end() -> None:
    """Sends what is left, for a moment, and records nothing more."""
    ending, RECORDING.tracer, RECORDING.end = RECORDING.end, None, None
    if ending is not None:
        last = Thread(target=ending, daemon=True)  # it would wait half a minute for a collector that is away
        last.start()
        last.join(LAST_S)


def here() -> str | None:
    """The `traceparent` of what is being done now, None where that is not recorded."""
    if RECORDING.tracer is None:
        return None
    context = get_current_span().get_span_context()
    return written(context) if context.is_valid else None


def written(context: SpanContext) -> str:
    """A recorded context as a `traceparent`."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def read(traceparent: str) -> SpanContext:
    """The context in a valid `traceparent`, as one that is recorded."""
    _, trace, span, _ = traceparent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(1))


def under(parent: SpanContext | None) -> Context:
    """Where a span begins that has this parent; None: where a trace begins."""
    return Context() if parent is None else set_span_in_context(NonRecordingSpan(parent), Context())
