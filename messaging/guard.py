"""The sequence guard, pure: of a batch, what takes effect now, what is a duplicate, what came too early."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from messaging.envelope import Faults, Guarded, Letter, Message, Stream
from messaging.errors import Rejected


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch sorted out; `ready` keeps the order of arrival across streams and of numbers within one."""

    ready: list[Message]
    duplicates: list[Message]
    early: list[Message]


def plan(last: Mapping[Stream, int], messages: Sequence[Message]) -> Plan:
    """Sorts a batch by the last applied number of each stream; messages without a stream are always ready."""
    queues: dict[Stream, list[Message]] = defaultdict(list)
    for message in messages:
        if message.stream is not None:
            queues[message.stream].append(message)
    ready: dict[Stream, list[Message]] = {}
    duplicates: list[Message] = []
    early: list[Message] = []
    for stream, queue in queues.items():
        ready[stream] = []
        expected = last.get(stream, 0) + 1
        for message in sorted(queue, key=lambda one: one.seq):
            if message.seq == expected:
                ready[stream].append(message)
                expected += 1
            else:
                (duplicates if message.seq < expected else early).append(message)
    return Plan(_by_arrival(messages, ready), duplicates, early)


def _by_arrival(messages: Sequence[Message], ready: Mapping[Stream, list[Message]]) -> list[Message]:
    """Each stream's ready messages, in its order, on the places where messages of the stream arrived."""
    turns = {stream: iter(queue) for stream, queue in ready.items()}
    placed = (one if one.stream is None else next(turns[one.stream], None) for one in messages)
    return [one for one in placed if one is not None]


def runs(messages: Sequence[Message]) -> dict[Stream, tuple[int, int]] | None:
    """First and last number of each stream in a batch, sorted; None unless all is as usual.

    Usual is: in each stream one number follows the other, nothing waited or was sent back by an operator, and all can
    be read.
    """
    found: dict[Stream, tuple[int, int]] = {}
    for message in messages:
        record, stream, seq = message.record, message.stream, message.seq
        if record.held or record.redriven is not None or message.unreadable is not None:
            return None
        if stream is None:
            continue
        first, last = found.get(stream, (seq, seq - 1))
        if seq != last + 1:
            return None
        found[stream] = (first, seq)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a batch leaves behind in the reader's tables."""

    moved: dict[Stream, int]
    """The new last number of every stream that moved."""
    waiting: frozenset[Stream]
    """Streams in which something waits now."""
    hold: list[Message]
    release: list[Message]
    """Messages that waited and need to no longer: they were applied, had been before, or are dead letters now."""
    letters: list[Letter]
    settled: dict[Stream, int]
    """Streams that moved although something waited in them: their dead letters may be done."""
    redriven: list[int]
    """Dead letters that an operator sent back and that are done now."""


def judge(
    guarded: Guarded,
    plan: Plan,
    faults: Faults,
    letters: Sequence[Letter],
    anew: AbstractSet[Stream] = frozenset(),
) -> Verdict:
    """Puts together what the plan and the handler found out; `letters` are records that could not be decoded."""
    applied = plan.ready if faults.none else [plan.ready[at] for at in faults.applied(len(plan.ready))]
    moved = {one.stream: one.seq for one in applied if one.stream is not None}
    hold = plan.early + [plan.ready[at] for at in sorted(faults.waiting)]
    dead = [one for one in letters if one.seq is None or one.seq > guarded.last.get(one.stream, 0)]
    dead += [_letter(plan.ready[at], why) for at, why in sorted(faults.rejected.items())]
    blocked = {one.stream for one in dead if one.seq is not None}
    known = blocked | (guarded.waiting - moved.keys() - anew)
    gaps = _gaps(dict(guarded.last) | moved, [one for one in plan.early if one.stream not in known])
    done = applied + plan.duplicates
    gone = done + [plan.ready[at] for at in sorted(faults.rejected)]
    return Verdict(
        moved=moved,
        waiting=frozenset(
            (guarded.waiting - moved.keys()) | blocked | {one.stream for one in hold if one.stream}
        ),
        hold=[one for one in hold if not one.record.held],
        release=[one for one in gone if one.record.held],
        letters=dead + gaps,
        settled={stream: seq for stream, seq in moved.items() if stream in guarded.waiting},
        redriven=[one.record.redriven for one in done if one.record.redriven is not None],
    )


def _letter(message: Message, why: Exception) -> Letter:
    stream = message.stream or Stream(message.record.topic, text_of(message.record.key))
    seq = message.seq if message.stream else None
    if isinstance(why, Rejected):
        return Letter(message.record, stream, seq, "rejected", why.reason, why.detail)
    return Letter(message.record, stream, seq, "bug", type(why).__name__, "see the log of the service")


def _gaps(last: Mapping[Stream, int], early: Sequence[Message]) -> list[Letter]:
    """One letter, without a record, for each number that never came."""
    first = {one.stream: one.seq for one in reversed(early) if one.stream is not None}
    return [
        Letter(None, stream, expected, "gap", "sequence-gap", f"number {expected} never came, {seq} did")
        for stream, seq in first.items()
        if (expected := last.get(stream, 0) + 1) < seq
    ]


def text_of(key: bytes | None) -> str:
    """A record's key as text a database column can hold."""
    return (key or b"").decode("utf-8", "replace").replace("\0", "\ufffd")[:200]
