"""CloudEvents 1.0 over Kafka as it comes in: binary and structured mode, and nothing believed unchecked."""

import base64
import json
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError
from pydantic_core import from_json as read_json

from messaging.envelope import Headers, Message, Record, Stream
from messaging.errors import Rejected, Unfit
from messaging.large import MAX_BODY, MOST_HEADERS, check_size
from messaging.layout import DIGITS, MAX_NAME, as_written
from messaging.lenient import EXCESSIVE, UNPACKABLE, UNREADABLE
from messaging.packed import MOST
from schemas.base import Event
from schemas.topics import TOPICS, Topic

_READ = {
    name: name.removeprefix("ce_")
    for name in (
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_sequence", "ce_time", "ce_recordedtime",
        "traceparent", "content-type",
    )
}  # fmt: skip
"""The headers we look at, and what their attributes are called; all others are the sender's own business."""
_TYPES = {topic.name: frozenset(event.type for event in topic.flow.events) for topic in TOPICS.values()}
_REQUIRED = ("specversion", "id", "source", "type")
STRUCTURED = "application/cloudevents+json"
SHOWN = 20
"""How many problems of a body are listed, as at the HTTP doors."""


def decode(record: Record, topic: Topic, wanted: Mapping[str, type[Event]]) -> Message:
    """The message in a record. Raises `Rejected` with a reason and the fields at fault, never their values."""
    if record.value is None and topic.cleanup == "compact":
        return _tombstone(record, topic)
    written = as_written(record, topic)
    message, body = carefully(record, topic) if written is None else (written, record.value)
    if (model := wanted.get(message.type)) is not None and body is not None:
        message.event = parse(model, body)
    return message


def carefully(record: Record, topic: Topic) -> tuple[Message, bytes]:
    """The message, its event unread, and the JSON that is in. Raises `Rejected` as `decode` does."""
    _check_transport(record)
    if record.value is None:
        raise Rejected("null-value", "the record has no body")
    if not topic.trusted:
        check_size(record)
    attributes, body = _open(record, record.value)
    _check_sender(attributes, topic)
    _check_type(attributes, topic)
    message = Message(
        record=record,
        stream=_stream(record, attributes, topic),
        seq=_number(attributes) if topic.sequenced else 0,
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        occurred_at=_time(attributes, "time") if topic.sequenced else None,
        recorded_at=_time(attributes, "recordedtime") if topic.sequenced else None,
        traceparent=attributes.get("traceparent"),
        event=None,
    )
    return message, body


def _check_transport(record: Record) -> None:
    names = {name for name, _ in record.headers}
    if EXCESSIVE in names:
        what = f"a batch of records unpacks to more than {MOST} bytes, or one has more than {MOST_HEADERS} headers"
        raise Rejected("too-large", f"{_place(record)}: {what}; it ends here, and none of it was kept")
    if UNPACKABLE in names:
        what = "a batch of records cannot be unpacked; it ends here, and what could not be read of it was not kept"
        raise Rejected("wrong-schema", f"{_place(record)}: {what}")
    if UNREADABLE in names:
        raise Rejected("not-utf-8", "a header has a name that is not text")


def _place(record: Record) -> str:
    return f"partition {record.partition}, offset {record.offset}"


def _tombstone(record: Record, topic: Topic) -> Message:
    """What stood under a key is no more: the key says it all; of a signature only that it is not somebody else's.

    What stands for records that could not be read has no value either, and is none.
    """
    _check_transport(record)
    source = dict(record.headers).get("ce_source")
    if source is not None and source != topic.source.encode():
        raise _forged(topic)
    return Message(record, None, 0, "", topic.source, "", None, None, None, None)


def signed(record: Record, topic: Topic, why: Rejected) -> Message | None:
    """Another system's message that cannot be read, if it says whose it is, so that its sender can be told why."""
    if topic.trusted:
        return None
    value = record.value or b""
    try:
        attributes, _ = _open(record, value if len(value) <= MAX_BODY else b"")
        _check_sender(attributes, topic)
    except Rejected:
        return None
    name, source, kind = attributes["id"], attributes["source"], attributes["type"]
    return Message(record, None, 0, name, source, kind, None, None, attributes.get("traceparent"), None, why)


def parse(model: type[Event], body: bytes) -> Event:
    """The event in a JSON body; raises `Rejected` naming each field and its problem."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        if problems[0]["type"] == "json_invalid":
            raise Rejected("not-json" if _is_text(body) else "not-utf-8", "the body cannot be read") from None
        raise Unfit(problems[:SHOWN]) from None


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _open(record: Record, value: bytes) -> tuple[dict[str, str], bytes]:
    """The CloudEvents attributes and the JSON body, whichever mode they came in."""
    attributes: dict[str, str] = {}
    try:
        for name, coded in record.headers:
            attribute = _READ.get(name)
            if attribute is not None:  # what is given twice says what it says last; without a value, nothing
                attributes[attribute] = (coded or b"").decode()
    except UnicodeDecodeError:
        raise Rejected("not-utf-8", "a CloudEvents header cannot be read") from None
    if attributes.get("content-type", "").lower().startswith(STRUCTURED):
        return _open_structured(value, attributes.get("traceparent"))
    return attributes, value


def _open_structured(value: bytes, trace: str | None) -> tuple[dict[str, str], bytes]:
    try:  # as bodies are read in binary mode: how deep it may be does not hang on where we stand
        envelope = read_json(value.removeprefix(BOM_UTF8))
        body = json.dumps(envelope.get("data") if isinstance(envelope, dict) else None).encode()
    except ValueError:
        raise Rejected("not-json" if _is_text(value) else "not-utf-8", "the body cannot be read") from None
    if not isinstance(envelope, dict):
        raise Rejected("wrong-schema", "a structured event is a JSON object")
    attributes = {
        name: value for name, value in envelope.items() if isinstance(value, str) and name != "data"
    }
    if trace is not None:
        attributes.setdefault("traceparent", trace)
    return attributes, body


def _check_sender(attributes: dict[str, str], topic: Topic) -> None:
    """Whether it says in order whose it is."""
    for name in _REQUIRED:
        if not 0 < len(attributes.get(name, "")) <= MAX_NAME:
            raise Rejected("wrong-schema", f"ce_{name}: is missing, empty or longer than {MAX_NAME}")
    if attributes["specversion"] != "1.0":
        raise Rejected("wrong-schema", "ce_specversion: only 1.0 is spoken here")
    source = attributes["source"]
    if topic.trusted:
        if source != topic.source:
            raise _forged(topic)
    elif source.startswith("/fengqiao/"):
        raise Rejected("forged-source", "ce_source: names of our own services are not for other systems")
    if not attributes["id"].isprintable() or not source.isprintable():
        raise Rejected("wrong-schema", "ce_id, ce_source: only printable characters are allowed")


def _forged(topic: Topic) -> Rejected:
    return Rejected("forged-source", f"ce_source: {topic.name} is written by {topic.source} only")


def _check_type(attributes: dict[str, str], topic: Topic) -> None:
    """On a compacted topic what a later release says besides is passed over: a reader there takes what it knows."""
    if attributes["type"] not in _TYPES[topic.name] and topic.cleanup != "compact":
        known = ", ".join(event.type for event in topic.flow.events)
        what = f"this topic carries {known}"
        raise Rejected("unknown-type", f"ce_type: {what}", [("ce_type", what)])


def _stream(record: Record, attributes: dict[str, str], topic: Topic) -> Stream | None:
    if not topic.sequenced:
        return None
    key = (record.key or b"").decode("utf-8", "replace")
    if not key or key != attributes.get("subject"):
        raise Rejected("wrong-schema", "ce_subject: must equal the record's key")
    return Stream(topic.name, key)


def _number(attributes: dict[str, str]) -> int:
    text = attributes.get("sequence", "")
    if text.isascii() and text.isdigit() and len(text) <= DIGITS and (number := int(text)) > 0:
        return number
    raise Rejected("wrong-schema", "ce_sequence: must be a whole number from 1")


def _time(attributes: dict[str, str], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(attributes.get(name, ""))
    except ValueError:
        raise Rejected("wrong-schema", f"ce_{name}: must be an RFC 3339 time") from None
    if moment.tzinfo is None:
        raise Rejected("wrong-schema", f"ce_{name}: must carry an offset")
    return moment


def to_json(record: Record) -> str:
    """Everything of a record but its value, as ASCII JSON that no text column can choke on; bytes in base64."""
    return json.dumps({
        "partition": record.partition,
        "offset": record.offset,
        "key": None if record.key is None else base64.b64encode(record.key).decode(),
        "headers": [[name, base64.b64encode(value or b"").decode()] for name, value in record.headers],
    })  # fmt: skip


def from_json(topic: str, text: str, value: bytes | None) -> Record:
    """The record `to_json` wrote, with its value."""
    raw = json.loads(text)
    key = None if raw["key"] is None else base64.b64decode(raw["key"])
    headers: Headers = tuple((name, base64.b64decode(coded)) for name, coded in raw["headers"])
    return Record(topic, raw["partition"], raw["offset"], key, headers, value)


def sequence_of(record: Record, topic: Topic) -> int | None:
    """The place in its stream that an unreadable record claims, when its writer's signature is in order."""
    headers = {name: value or b"" for name, value in record.headers}
    text = headers.get("ce_sequence", b"")
    if not topic.sequenced or headers.get("ce_source") != topic.source.encode() or not text.isdigit():
        return None
    return (
        int(text) if record.key and headers.get("ce_subject") == record.key and len(text) <= DIGITS else None
    )
