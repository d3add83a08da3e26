"""What travels: a record as Kafka gives it, a message as services read it, a draft as services write it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from messaging.errors import Rejected
from schemas.base import Event

Headers = tuple[tuple[str, bytes | None], ...]
"""As Kafka gives them: a header's value may be null."""


@dataclass(
    slots=True
)  # not frozen: that would triple the cost of making one, and there are thousands a second
class Record:
    """Bytes from a topic, with nothing believed yet."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: Headers
    value: bytes | None
    redriven: int | None = None
    """The dead letter this comes from, when an operator sent it back."""
    held: bool = False
    """It waited in the table of held events."""


class Stream(NamedTuple):
    """The events of one incident on one topic, numbered from 1 without holes."""

    topic: str
    key: str


@dataclass(slots=True)
class Message:
    """A record that is what it claims to be; `event` is None for types the reader passes over."""

    record: Record
    stream: Stream | None
    """None on the untrusted topic, where nothing is numbered."""
    seq: int
    id: str
    source: str
    type: str
    occurred_at: datetime | None
    """When it happened and when its owner recorded it; other systems need not say."""
    recorded_at: datetime | None
    traceparent: str | None
    event: Event | None
    unreadable: Rejected | None = None
    """Why another system's message is a dead letter whatever is made of it: it is handed over for its sender's sake."""


@dataclass(slots=True)
class Draft:
    """An event to be published: its number is drawn when it is put into the outbox."""

    topic: str
    key: str
    event: Event
    occurred_at: datetime
    traceparent: str | None = None


@dataclass(slots=True)
class Faults:
    """Which messages of a batch were not applied: rejected ones, and those behind them in their stream."""

    rejected: dict[int, Exception] = field(default_factory=dict)
    """Position in the batch → why."""
    waiting: set[int] = field(default_factory=set)
    """Positions that must wait behind a rejected one."""

    @property
    def none(self) -> bool:
        """Whether every message took effect."""
        return not self.rejected and not self.waiting

    def applied(self, count: int) -> Iterable[int]:
        """Positions that took effect, in order."""
        return (at for at in range(count) if at not in self.rejected and at not in self.waiting)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a handler made of a batch."""

    drafts: list[Draft]
    faults: Faults


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter about to be written; `seq` is None when the record cannot block a stream."""

    record: Record | None
    stream: Stream
    seq: int | None
    kind: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Guarded:
    """The state of the streams of a batch at the start of its transaction."""

    now: datetime
    last: dict[Stream, int]
    waiting: frozenset[Stream]
    """Streams with held events or an open dead letter."""
