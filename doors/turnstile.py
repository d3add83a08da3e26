"""How much one sender may ask, and how much all of them at once: counted in this process, by a clock that is given."""

import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["reads", "writes", "exports", "streams", "files"]
"""Files are what is open to all, asked for by who says no name."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Room = Literal["requests", "exports", "streams", "files"]
"""What is counted while it is under way: streams go on for hours and exports for minutes, and so have their own; files
so that who says no name keeps nobody out who does."""
ROOMS: Mapping[Kind, Room] = {
    "reads": "requests", "writes": "requests", "exports": "exports", "streams": "streams", "files": "files",
}  # fmt: skip
MOST_SENDERS = 10_000
"""Senders that are remembered, some 600 bytes each; of more, who has asked nothing for longest begins anew."""
LOOKS = 8
AGAIN_S = 1
"""When to come again where it is not time that is lacking, but somebody's end."""
_WRITTEN = re.compile(r"([1-9][0-9]{0,6})/([1-9][0-9]{0,4})")


@dataclass(frozen=True, slots=True)
class Quota:
    """So many in so many seconds: all of them at once if need be, then one as soon as its share of time has passed."""

    number: int
    seconds: int

    @property
    def share(self) -> float:
        """Seconds for each."""
        return self.seconds / self.number


def quota(written: str) -> Quota | None:
    """As settings have it, `1000/10`, or `off`. Raises `ValueError`."""
    if written == "off":
        return None
    if (found := _WRITTEN.fullmatch(written)) is None:
        raise ValueError("must be a number of requests and one of seconds, such as 1000/10, or off")
    return Quota(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is bounded; what is not named is not."""

    quotas: Mapping[Kind, Quota] = field(default_factory=dict)
    """Of one sender."""
    each: Mapping[Room, int] = field(default_factory=dict)
    """How much of one sender may be under way."""
    every: Mapping[Room, int] = field(default_factory=dict)
    """How much of all."""


@dataclass(slots=True)
class _Sender:
    due: dict[Kind, float] = field(default_factory=dict)
    """When what was let in would have come, had it come evenly."""
    inside: dict[Room, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """What a sender has left of a quota."""

    kind: Kind
    quota: Quota
    number: int
    full_s: int
    """Seconds until nothing of it is used up."""

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """As the draft of the HTTP working group has it (draft-ietf-httpapi-ratelimit-headers-10)."""
        policy = f'"{self.kind}";q={self.quota.number};w={self.quota.seconds}'
        now = f'"{self.kind}";r={self.number};t={self.full_s}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", now.encode())]


class TooOften(Exception):
    """A sender has used up a quota."""

    def __init__(self, left: Left, wait_s: int) -> None:
        super().__init__(left.kind)
        self.left = left
        self.wait_s = wait_s


class TooMany(Exception):
    """As much is under way as may be: of this sender, or of all."""

    def __init__(self, room: Room, *, yours: bool) -> None:
        super().__init__(room)
        self.room = room
        self.yours = yours


class Turnstile:
    """Lets requests of senders in, and counts them until they leave."""

    def __init__(
        self, bounds: Bounds, clock: Callable[[], float] = time.monotonic, most: int = MOST_SENDERS
    ) -> None:
        self._bounds = bounds
        self._clock = clock
        self._most = most
        self._senders: OrderedDict[str, _Sender] = OrderedDict()
        self._inside: dict[Room, int] = {}

    def __len__(self) -> int:
        return len(self._senders)

    @contextmanager
    def entered(self, name: str | None, kind: Kind) -> Iterator[Left | None]:
        """Somebody is in here while the block runs; None is nobody in particular. Raises `TooOften`, `TooMany`."""
        room = ROOMS[kind]
        sender = None if name is None else self._known(name)
        if sender is not None and _full(sender.inside, self._bounds.each, room):
            raise TooMany(room, yours=True)
        if _full(self._inside, self._bounds.every, room):
            raise TooMany(room, yours=False)
        left = None if sender is None else self._taken(sender, kind)
        counts = [self._inside] if sender is None else [self._inside, sender.inside]
        for one in counts:
            one[room] = one.get(room, 0) + 1
        try:
            yield left
        finally:
            for one in counts:
                one[room] -= 1

    def _taken(self, sender: _Sender, kind: Kind) -> Left | None:
        """What is left once one more was taken. Raises `TooOften`, and nothing was taken."""
        if (quota := self._bounds.quotas.get(kind)) is None:
            return None
        now = self._clock()
        due = max(now, sender.due.get(kind, now)) + quota.share
        over = due - now - quota.seconds
        if over > quota.share / 1000:  # what is less is how floats add up
            raise TooOften(Left(kind, quota, 0, math.ceil(due - quota.share - now)), max(1, math.ceil(over)))
        sender.due[kind] = due
        left = int((quota.seconds - (due - now)) / quota.share + 0.001)
        return Left(kind, quota, max(0, left), math.ceil(due - now))

    def _known(self, name: str) -> _Sender:
        sender = self._senders.get(name)
        if sender is not None:
            self._senders.move_to_end(name)
            return sender
        for _ in range(LOOKS):
            if len(self._senders) < self._most:
                break
            oldest, found = self._senders.popitem(last=False)
            if any(found.inside.values()):  # to be counted out; there are no more of them than may be in
                self._senders[oldest] = found
        sender = self._senders[name] = _Sender()
        return sender


def _full(inside: Mapping[Room, int], most: Mapping[Room, int], room: Room) -> bool:
    return room in most and inside.get(room, 0) >= most[room]
