"""W3C trace context as it stands in a header: taken from whoever calls, started where nobody did, checked always."""

import random
import re

from messaging import tracing

_VALID = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z")
_ODD = frozenset("13579bdf")
"""The last bit says that the trace is recorded."""


def begin(given: str | None = None) -> str:
    """A `traceparent` for what a request says: of the request itself where that is recorded, else one that is not."""
    return tracing.here() or unsampled(given) or f"00-{_random(128):032x}-{_random(64):016x}-00"


def carried(given: str | None) -> str | None:
    """A record's `traceparent` if it is valid, else None: what other systems send is checked before it goes on."""
    return given if given is not None and _VALID.match(given) else None


def sampled(given: str | None) -> bool:
    """Whether a `traceparent` of our own says that its trace is recorded."""
    return given is not None and given[-1:] in _ODD and _VALID.match(given) is not None


def unsampled(given: str | None) -> str | None:
    """A stranger's `traceparent` if it is valid, less their wish that it be recorded: that is ours to decide."""
    if given is None or not _VALID.match(given):
        return None
    return f"{given[:36]}{_random(64):016x}-00" if sampled(given) else given


def _random(bits: int) -> int:
    """They must differ; nobody need be unable to guess them."""
    return random.getrandbits(bits) or 1
