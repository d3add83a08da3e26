"""How our own records are laid out in Kafka: CloudEvents 1.0 in binary mode, written and read back."""

from datetime import datetime

from asyncpg import Record as Row

from messaging.envelope import Message, Record, Stream
from schemas.topics import TOPICS, Topic

MAX_NAME = 200
DIGITS = 18
"""Sequence numbers fit a 64-bit integer."""
_VERSION = b"1.0"
_CONTENT = b"application/json"
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
    headers = {name: value for name, value in record.headers if value is not None}
    source, types = _SOURCES.get(topic.name), _TYPES.get(topic.name, {})
    ours = (headers.get("ce_specversion"), headers.get("content-type"), headers.get("ce_source"))
    if ours != (_VERSION, _CONTENT, source) or record.value is None or len(headers) != len(record.headers):
        return None
    try:
        kind = types[headers["ce_type"]]
        key, name, number = headers["ce_subject"], headers["ce_id"].decode(), headers["ce_sequence"]
        occurred_at = datetime.fromisoformat(headers["ce_time"].decode())
        recorded_at = datetime.fromisoformat(headers["ce_recordedtime"].decode())
        seq = int(number) if number.isdigit() and len(number) <= DIGITS else 0
        trace = headers["traceparent"].decode() if "traceparent" in headers else None
        usual = (
            kind and seq and key and key == record.key and 0 < len(name) <= MAX_NAME and name.isprintable()
        )
        if not usual or occurred_at.tzinfo is None or recorded_at.tzinfo is None:
            return None
        stream = Stream(topic.name, key.decode())
    except (KeyError, ValueError):  # a header is missing, or not what it should be
        return None
    return Message(record, stream, seq, name, topic.source, kind, occurred_at, recorded_at, trace, None)
