"""Walks a batch one message at a time, so that one that cannot work stops only its own stream."""

from collections.abc import Callable, Iterator, Sequence

from messaging.envelope import Faults, Message, Stream
from messaging.errors import Rejected, alone


def each(messages: Sequence[Message], step: Callable[[Message], None]) -> Faults:
    """Calls `step` for every message in order; `step` changes nothing when it raises `Rejected`.

    A rejected message's later fellows in the stream wait; all others go on. Other exceptions pass through.
    """
    faults = Faults()
    for at, message in unblocked(messages, faults):
        try:
            step(message)
        except Rejected as refusal:
            faults.rejected[at] = alone(refusal)
    return faults


def unblocked(messages: Sequence[Message], faults: Faults) -> Iterator[tuple[int, Message]]:
    """Each message with its place, unless `faults` say by then that one before it in its stream was rejected."""
    blocked: set[Stream] = set()
    for at, message in enumerate(messages):
        if blocked and message.stream in blocked:
            faults.waiting.add(at)
            continue
        yield at, message
        if at in faults.rejected and message.stream is not None:
            blocked.add(message.stream)
