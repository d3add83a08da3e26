"""How large what other systems send may be, and what is kept of that which is larger: as much as shows it.

A topic lets four megabytes through, so that a large record is a dead letter with a reason and not a sender's riddle.
Kept whole, twelve partitions of them would be more than a process may have in memory, and a table has no end.
"""

from messaging.envelope import Headers, Record
from messaging.errors import Rejected

MAX_BODY = 65_536
"""The same bound as at the HTTP doors; our own events are far below it."""
MOST_HEADERS = 1000
"""Each is forty times as large in memory as it may be on the wire."""


def check_size(record: Record) -> None:
    """Raises `Rejected` naming the part that is too large."""
    if len(record.value or b"") > MAX_BODY:
        raise Rejected("too-large", f"the body is larger than {MAX_BODY} bytes")
    if len(record.key or b"") > MAX_BODY:
        what = f"the key is larger than {MAX_BODY} bytes"
        raise Rejected("too-large", what, [("key", what)])
    if _too_many(record.headers):
        what = f"the headers are larger than {MAX_BODY} bytes, or more than {MOST_HEADERS}"
        raise Rejected("too-large", what, [("headers", what)])


def shown(
    key: bytes | None, headers: Headers, value: bytes | None
) -> tuple[bytes | None, Headers, bytes | None]:
    """What is kept of the parts of a record: no more than one byte, or one header, above the bound.

    By that it is too large still.
    """
    most = MAX_BODY + 1
    return key and key[:most], _cut(headers[: MOST_HEADERS + 1], most), value and value[:most]


def fits(key: bytes | None, headers: Headers, value: bytes | None) -> bool:
    """Whether all of it is kept."""
    return len(key or b"") <= MAX_BODY and len(value or b"") <= MAX_BODY and not _too_many(headers)


def _too_many(headers: Headers) -> bool:
    return (
        len(headers) > MOST_HEADERS or sum(len(name) + len(said or b"") for name, said in headers) > MAX_BODY
    )


def _cut(headers: Headers, most: int) -> Headers:
    kept, left = [], most
    for name, said in headers:
        kept.append((name[:left], said and said[: max(0, left - len(name))]))
        left -= len(name) + len(said or b"")
        if left <= 0:
            return tuple(kept)
    return headers
