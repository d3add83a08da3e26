"""Which spans there are of events: applied, sent, raised by the clock; and what they say, which names nobody.

While nothing is recorded each of these looks at one attribute and is done.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from asyncpg import Record as Row
from opentelemetry.trace import SpanKind

from messaging.envelope import Draft, Message, Record
from messaging.gathering import Gathering, Work, gathering
from messaging.guard import Plan, Verdict
from messaging.trace import sampled, unsampled
from messaging.tracing import RECORDING, read
from schemas.topics import Topic

_OFF = nullcontext()
_APPLIED = {
    "messaging.system": "kafka", "messaging.operation.name": "apply", "messaging.operation.type": "process",
}  # fmt: skip
_SENT = {"messaging.system": "kafka", "messaging.operation.name": "send", "messaging.operation.type": "send"}
_SENDING = Work("send", SpanKind.PRODUCER, _SENT, stands=True)  # its number may stand in a record already
_FIRING = Work("fire", SpanKind.INTERNAL, {})
_REDRIVING = Work("redrive", SpanKind.CONSUMER, _APPLIED)


def _begun(work: Work, count: int | None = None) -> AbstractContextManager[Gathering | None]:
    return _OFF if RECORDING.tracer is None else Gathering(RECORDING.tracer, work, count)


def applying(group: str, count: int) -> AbstractContextManager[Gathering | None]:
    """While a batch of so many records is in hand, from the broker to its offsets."""
    if RECORDING.tracer is None:
        return _OFF
    return _begun(
        Work("apply", SpanKind.CONSUMER, _APPLIED | {"messaging.consumer.group.name": group}), count
    )


def redriving() -> AbstractContextManager[Gathering | None]:
    """While an operator's wish about a dead letter is carried out."""
    return _begun(_REDRIVING)


def sending(count: int) -> AbstractContextManager[Gathering | None]:
    """While so many rows of the outbox are on their way."""
    return _begun(_SENDING, count)


def firing() -> AbstractContextManager[Gathering | None]:
    """While the clock does what is due: what nobody asked for begins a trace here, each incident its own."""
    return _begun(_FIRING)


def given_up(why: str) -> None:
    """The batch in hand comes to nothing."""
    if (batch := gathering()) is not None:
        batch.failed = why


def happened(what: str) -> None:
    """Notes it on the batch in hand."""
    if (batch := gathering()) is not None:
        batch.event(what)


def taken(message: Message, topic: Topic) -> Message:
    """The message with the trace that goes on from here: where it is recorded, what follows hangs on its span.

    Another system may say which trace it is, but not that it be recorded.
    """
    given, trusted = message.traceparent, topic.trusted
    if trusted and (RECORDING.tracer is None or given is None or given.endswith("00")):
        return message  # nearly all
    if not trusted:
        message.traceparent = unsampled(given)
    if (batch := gathering()) is None:
        return message
    if sampled(given) if trusted else RECORDING.chosen():
        parent = None if message.traceparent is None else read(message.traceparent)
        message.traceparent = batch.part(_place(message.record), parent, topic.name, _about(message))
    return message


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _about(message: Message) -> dict[str, str | int]:
    """Where the record is found by who may look; never its key, its id or its subject, which name the incident."""
    record = message.record
    kind = {} if message.unreadable is not None else {"cloudevents.event_type": message.type}
    return {
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset,
        **kind,
    }


def judged(plan: Plan, verdict: Verdict) -> None:
    """Notes what became of messages that did not simply take effect."""
    batch = gathering()
    if batch is None:
        return
    for one in plan.duplicates:
        batch.outcome(_place(one.record), "duplicate")
    for one in verdict.hold:
        batch.outcome(_place(one.record), "held")
    for letter in verdict.letters:
        if letter.record is not None:
            batch.outcome(_place(letter.record), "dead-letter", letter.reason)


def departing(row: Row) -> str | None:
    """The `traceparent` a row of the outbox is sent with."""
    given: str | None = row["traceparent"]
    if RECORDING.tracer is None or given is None or given.endswith("00"):
        return given  # nearly all
    if (batch := gathering()) is None or not sampled(given):
        return given
    about = {"messaging.destination.name": row["topic"], "cloudevents.event_type": row["type"]}
    return batch.part(row["id"], read(given), row["topic"], about)


def not_sent(row: Row, error: BaseException) -> None:
    """Notes that nobody acknowledged a row: it may be there, and goes again."""
    if (batch := gathering()) is not None:
        batch.outcome(row["id"], "not-acknowledged", type(error).__name__)


def begun(drafts: Sequence[Draft]) -> dict[str, str]:
    """The traces of what the clock says now, by key, where they are recorded."""
    batch = gathering()
    if batch is None or batch.work is not _FIRING:
        return {}
    keys = {one.key for one in drafts if one.traceparent is None}
    return {one: batch.part(one, None, "deadline", {}) for one in sorted(keys) if RECORDING.chosen()}
