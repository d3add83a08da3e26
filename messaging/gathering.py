"""Spans of what is done for many traces at once: one for the whole, one for each trace that is recorded, linked.

The span of the whole begins a trace of its own: what it carries comes from many. A message's span goes on with the
message's own trace, so that parents alone lead from a report to its figures; links lead to the batch and back.
"""

from collections.abc import Hashable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from time import time_ns
from types import TracebackType
from typing import Self

from opentelemetry.context import attach, detach
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    set_span_in_context,
)

from messaging.tracing import under, written

Attributes = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to a batch."""

    verb: str
    kind: SpanKind
    attributes: Attributes
    """Of the batch and of each part: never anything of a person, nor what an incident is called."""
    stands: bool = False
    """Whether what was done to a part stands although the batch failed."""


class Gathering:
    """A batch in hand, as a context; no span is made before it turns out that something in it is recorded."""

    def __init__(self, tracer: Tracer, work: Work, count: int | None = None) -> None:
        self._tracer = tracer
        self.work = work
        self._count = count
        self._begun = time_ns()
        self._whole: Span | None = None
        self._parts: dict[Hashable, Span] = {}
        self._token = _CURRENT.set(self)
        self._attached: object = None
        self.failed: str | None = None
        """Why it came to nothing, if it did."""

    def part(self, key: Hashable, parent: SpanContext | None, about: str, attributes: Attributes) -> str:
        """The `traceparent` of what is done for one trace; for the same key, if a batch is tried again, the same."""
        span = self._parts.get(key)
        if span is None:
            whole = self._begin()
            span = self._parts[key] = self._tracer.start_span(
                f"{self.work.verb} {about}",
                context=under(parent),
                kind=self.work.kind,
                attributes={**self.work.attributes, **attributes},
                links=[Link(whole.get_span_context())],
                start_time=self._begun,
            )
            whole.add_link(parent or span.get_span_context())
        return written(span.get_span_context())

    def _begin(self) -> Span:
        if self._whole is None:
            counted = {} if self._count is None else {"messaging.batch.message_count": self._count}
            self._whole = self._tracer.start_span(
                f"{self.work.verb} batch",
                context=under(None),
                kind=self.work.kind,
                attributes={**self.work.attributes, **counted},
                start_time=self._begun,
            )
            self._attached = attach(set_span_in_context(self._whole))
        return self._whole

    def stage(self, name: str, seconds: float) -> None:
        """Notes a stage that has just ended."""
        if self._whole is not None:
            now = time_ns()
            context = set_span_in_context(self._whole)
            span = self._tracer.start_span(name, context=context, start_time=now - int(seconds * 1e9))
            span.end(now)

    def event(self, name: str) -> None:
        """Notes something that happened to the batch."""
        if self._whole is not None:
            self._whole.add_event(name)

    def outcome(self, key: Hashable, outcome: str, error: str | None = None) -> None:
        """Notes what became of a part where that is not as usual."""
        if (span := self._parts.get(key)) is not None:
            span.set_attribute("fengqiao.outcome", outcome)
            if error is not None:
                _fail(span, error)

    def __enter__(self) -> Self:
        """The batch begins."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _CURRENT.reset(self._token)
        if self._whole is None:
            return
        detach(self._attached)  # type: ignore[arg-type] # set with the span
        now = time_ns()
        failed = self.failed if kind is None else kind.__name__
        if failed is None or self.work.stands:
            for span in self._parts.values():
                span.end(now)
        if failed is not None:
            _fail(self._whole, failed)
        self._whole.end(now)


def _fail(span: Span, error: str) -> None:
    """The kind of an error and nothing of its text, which may quote."""
    span.set_attribute("error.type", error)
    span.set_status(Status(StatusCode.ERROR))


_CURRENT: ContextVar[Gathering | None] = ContextVar("gathering", default=None)


def gathering() -> Gathering | None:
    """The batch in hand where this process records traces, else None."""
    return _CURRENT.get()
