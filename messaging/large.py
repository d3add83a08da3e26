"""How large what other systems send may be, and what is kept of that which is larger: as much as shows it.

A topic lets four megabytes through, so that a large record is a dead letter with a reason and not a sender's riddle.
Kept whole, twelve partitions of them would be more than a process may have in memory, and a table has no end.
"""

from messaging.envelope import Headers, Record
from messaging.errors import Rejected

MAX_BODY = 65_536
"""The same bound as at the HTTP doors; our own events are far below it."""


def check_size(record: Record) -> None:
    """Raises `Rejected` naming the part that is too large."""
    if len(record.value or b"") > MAX_BODY:
        raise Rejected("too-large", f"the body is larger than {MAX_BODY} bytes")
    if len(record.key or b"") > MAX_BODY:
        what = f"the key is larger than {MAX_BODY} bytes"
        raise Rejected("too-large", what, [("key", what)])
    if sum(len(name) + len(said or b"") for name, said in record.headers) > MAX_BODY:
        what = f"the headers are larger than {MAX_BODY} bytes"
        raise Rejected("too-large", what, [("headers", what)])


def cut(record: Record) -> Record:
    """The record, of each part no more than one byte above the bound: by that it is too large still."""
    most = MAX_BODY + 1
    record.value = record.value and record.value[:most]
    record.key = record.key and record.key[:most]
    record.headers = _cut(record.headers, most)
    return record


def _cut(headers: Headers, most: int) -> Headers:
    kept, left = [], most
    for name, said in headers:
        kept.append((name[:left], said and said[: max(0, left - len(name))]))
        left -= len(name) + len(said or b"")
        if left <= 0:
            return tuple(kept)
    return headers
