"""W3C trace context: taken from whoever calls, started where nobody did, carried through headers and outbox."""

import re

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

_VALID = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z")
_ids = RandomIdGenerator()


def begin(given: str | None = None) -> str:
    """A `traceparent` header: the caller's when it is valid, else a new one, not sampled."""
    if given is not None and _VALID.match(given):
        return given
    return f"00-{_ids.generate_trace_id():032x}-{_ids.generate_span_id():016x}-00"


def carried(given: str | None) -> str | None:
    """A record's `traceparent` if it is valid, else None: what other systems send is checked before it goes on."""
    return given if given is not None and _VALID.match(given) else None
