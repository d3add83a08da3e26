"""What one subscription is sent: each frame is encoded once, and the same bytes go to all who stand at the same place.

Pure. A listener is nothing but the number it stands at. Who lags is sent what changed since, each value once and as it
is by then: however slow, it costs no more than its number, and is sent no more than there are values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.metrics.changes import Change, Changes, Key, Place, Values, is_part
from services.metrics.definition import Definition
from services.metrics.finality import Standing
from services.metrics.headcounts import People
from services.metrics.showing import UNKNOWN
from services.metrics.watched import Watched

SNAPSHOT_S = 2.0
"""So long a snapshot serves those who come: they are sent what changed since like everybody else."""
SHARED = 16
"""Frames kept for others who stand at the same place; who lags at a place of its own is sent a frame of its own."""
RETRY = b"retry: 1000\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a listener wants to see: totals of the areas of a subtree, all measures or some; figures of all of it."""

    area: str = ""
    measures: frozenset[str] | None = None
    figures: tuple[Definition, ...] = ()
    people: People = field(default=UNKNOWN, compare=False)
    """Whom figures by headcount divide by."""

    def wants(self, key: Key) -> bool:
        """Whether a total is among it."""
        if is_part(key.measure):
            return False
        return key.area.startswith(self.area) and (self.measures is None or key.measure in self.measures)


class Feed:
    """The frames of one subscription."""

    def __init__(self, asked: Asked, changes: Changes, name: str, known: Standing) -> None:
        self.asked = asked
        self.listeners = 0
        self.last = changes.number
        """The last change set with something for this subscription; who stands there has everything."""
        self._changes = changes
        self._name = name
        self._frames: dict[int, bytes] = {}
        self._snapshot: tuple[int, bytes, float] | None = None
        self._tick = "", b""
        self._watched = Watched(asked.figures, asked.people) if asked.figures else None
        if self._watched:
            self._watched.begin(changes.within(asked.area))
            self._watched.word(known)

    def note(self, changed: Sequence[Change], known: Standing) -> bool:
        """Takes notice of a change set; whether there is something in it for this subscription."""
        news = any(self.asked.wants(key) for key, _ in changed)
        if self._watched and changed:
            self._watched.add(changed)
            news |= self._watched.word(known)
        if news:
            self._turn()
        return news

    def settle(self, known: Standing) -> bool:
        """Looks whether something else is to be said of the same values, as when a period becomes final."""
        if self._watched is None or not self._watched.word(known):
            return False
        self._changes.turn()
        self._turn()
        return True

    def _turn(self) -> None:
        self.last = self._changes.number
        self._frames.clear()
        self._tick = "", b""

    def change(self, number: int, head: str) -> bytes:
        """What changed since a change set; `head` says as of when, and how current the tiers are."""
        frame = self._frames.get(number)
        if frame is None:
            keys = (key for key in self._changes.since(number) if self.asked.wants(key))
            frame = self._frame("change", head, keys)
            if len(self._frames) < SHARED:
                self._frames[number] = frame
        return frame

    def snapshot(self, head: str, now: float) -> tuple[int, bytes]:
        """Everything, and the number it brings a listener to."""
        if self._snapshot is None or now - self._snapshot[2] > SNAPSHOT_S:
            keys = (key for key in self._changes.since(0) if self.asked.wants(key))
            self._snapshot = self.last, RETRY + self._frame("snapshot", head, keys), now
        return self._snapshot[:2]

    def tidy(self, now: float) -> None:
        """Keeps no snapshot that will not be given to anybody."""
        if self._snapshot is not None and now - self._snapshot[2] > SNAPSHOT_S:
            self._snapshot = None

    def tick(self, head: str) -> bytes:
        """That there is nothing new."""
        if self._tick[0] is not head:
            self._tick = head, self._event("tick", f"{{{head}}}".encode())
        return self._tick[1]

    def _frame(self, name: str, head: str, keys: Iterable[Key]) -> bytes:
        rows = b",".join(map(self._changes.row, sorted(keys)))
        figures = b',"figures":' + self._watched.text if self._watched else b""
        return self._event(name, b'{%b,"totals":[%b]%b}' % (head.encode(), rows, figures))

    def _event(self, name: str, data: bytes) -> bytes:
        return f"id: {self._name}-{self.last}\nevent: {name}\ndata: ".encode() + data + b"\n\n"


class Feeds:
    """Everybody who listens to the same values, by what they asked for; `name` begins the ids of their events."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.changes = Changes()
        self._feeds: dict[Asked, Feed] = {}

    def join(self, asked: Asked, known: Standing) -> Feed:
        """One listener more; `known` says how far figures are known by now."""
        feed = self._feeds.get(asked)
        if feed is None:
            feed = self._feeds[asked] = Feed(asked, self.changes, self.name, known)
        feed.listeners += 1
        return feed

    def leave(self, feed: Feed) -> None:
        """One listener less; what nobody listens to is forgotten."""
        feed.listeners -= 1
        if not feed.listeners:
            del self._feeds[feed.asked]

    def take(self, given: Mapping[Place, Values], known: Standing) -> bool:
        """Notes what some places have now; whether there is something for anybody in it."""
        changed = self.changes.take(given)
        parts = _by_area(changed, {len(one.area) for one in self._feeds}) if changed else {}
        concerned = [feed.note(parts.get(feed.asked.area, ()), known) for feed in self._feeds.values()]
        return any(concerned)

    @property
    def listeners(self) -> int:
        """How many there are."""
        return sum(one.listeners for one in self._feeds.values())

    def measures(self) -> dict[str, dict[str, int]]:
        """Everything that has ever been counted, by tier."""
        seen: dict[str, dict[str, int]] = {}
        for (tier, _), values in self.changes.within(""):
            seen.setdefault(tier, {}).update(values)
        return seen

    def settle(self, known: Standing) -> bool:
        """Looks what is to be said of the same values by now; whether anybody has to be told."""
        differ = [feed.settle(known) for feed in self._feeds.values()]
        return any(differ)

    def tidy(self, now: float) -> None:
        """Forgets what was kept for others to be sent and is too old by now."""
        for feed in self._feeds.values():
            feed.tidy(now)

    def place(self, last_id: str | None) -> int | None:
        """Where who has seen an event stands; None when we cannot know, or nothing was asked."""
        name, _, number = (last_id or "").rpartition("-")
        if name != self.name or not (number.isascii() and number.isdecimal()):
            return None
        return int(number) if int(number) <= self.changes.number else None


def _by_area(changed: Iterable[Change], lengths: Iterable[int]) -> dict[str, list[Change]]:
    """Changes under every area they lie in, of codes with so many digits: nobody has to look through all of them."""
    found: dict[str, list[Change]] = {}
    sizes = tuple(lengths)
    for one in changed:
        for size in sizes:
            if size <= len(one[0].area):
                found.setdefault(one[0].area[:size], []).append(one)
    return found
