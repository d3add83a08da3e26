"""How our own records are laid out in Kafka: CloudEvents 1.0 in binary mode, written and read back."""

from datetime import datetime
from functools import lru_cache

from asyncpg import Record as Row

from messaging.envelope import Message, Record, Stream
from schemas.topics import TOPICS, Topic

MAX_NAME = 200
DIGITS = 18
"""Sequence numbers fit a 64-bit integer."""
_VERSION = b"1.0"
_CONTENT = b"application/json"
_NAMES = (
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_sequence", "ce_recordedtime",
    "content-type",
)  # fmt: skip
"""The headers in the order in which they are written; `traceparent` follows where there is a trace."""
_SEQUENCED = [topic for topic in TOPICS.values() if topic.trusted and topic.sequenced]
_SOURCES = {topic.name: topic.source.encode() for topic in _SEQUENCED}
_TYPES = {
    topic.name: {event.type.encode(): event.type for event in topic.flow.events} for topic in _SEQUENCED
}


def headers_of(row: Row, source: str, trace: str | None = None) -> list[tuple[str, bytes]]:
    """The headers of an outbox row; the id repeats after a replay because nothing in it is random.

    `trace` is said instead of what the row says.
    """
    key, seq = row["key"], row["seq"]
    headers = [
        ("ce_specversion", _VERSION),
        ("ce_id", f"{row['topic']}/{key}/{seq}".encode()),
        ("ce_source", source.encode()),
        ("ce_type", row["type"].encode()),
        ("ce_subject", key.encode()),
        ("ce_time", row["occurred_at"].isoformat().encode()),
        ("ce_sequence", b"%d" % seq),
        ("ce_recordedtime", row["recorded_at"].isoformat().encode()),
        ("content-type", _CONTENT),
    ]
    if trace := trace or row["traceparent"]:
        headers.append(("traceparent", trace.encode()))
    return headers


def as_written(record: Record, topic: Topic) -> Message | None:
    """The message, its event unread, in a record with the headers that `headers_of` gives it; None for any other.

    Nearly all have them, and what is returned here the careful way (`cloudevents.carefully`) would return as well,
    more slowly. Everything that is odd, however little, is left to that.
    """
    headers, trace = record.headers, None
    if len(headers) == len(_NAMES) + 1:
        (last, trace), headers = headers[-1], headers[:-1]
        if last != "traceparent" or trace is None:
            return None
    if len(headers) != len(_NAMES) or record.value is None:
        return None
    # Taken apart by place: a dictionary of them would cost as much as all the rest, for every record there is.
    (
        (a, spoken), (b, name), (c, source), (d, kind), (e, key), (f, time), (g, number), (h, noted), (i, form),
    ) = headers  # fmt: skip
    if (a, b, c, d, e, f, g, h, i) != _NAMES or (spoken, source, form) != (
        _VERSION,
        _SOURCES.get(topic.name),
        _CONTENT,
    ):
        return None
    if not (name and key and key == record.key and kind and time and noted and number):
        return None
    try:
        type_, seq, said = _TYPES[topic.name][kind], _number(number), name.decode()
        occurred_at, recorded_at = datetime.fromisoformat(time.decode()), _recorded(noted)
        stream, traced = Stream(topic.name, key.decode()), None if trace is None else trace.decode()
    except (KeyError, ValueError):  # not what it should be
        return None
    usual = seq and len(said) <= MAX_NAME and said.isprintable()
    if not usual or occurred_at.tzinfo is None or recorded_at.tzinfo is None:
        return None
    return Message(record, stream, seq, said, topic.source, type_, occurred_at, recorded_at, traced, None)


def _number(text: bytes) -> int:
    """Zero unless it is one."""
    return int(text) if text.isdigit() and len(text) <= DIGITS else 0


@lru_cache(maxsize=1000)
def _recorded(text: bytes) -> datetime:
    """A time. All events of a transaction were recorded at the same one, so it is asked for again and again."""
    return datetime.fromisoformat(text.decode())
