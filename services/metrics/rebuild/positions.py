"""Which events of one partition the live service had counted: each once, up to where its stream stands. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from messaging.envelope import Stream


class Hole(NamedTuple):
    """A stream of which the topic does not hold everything the live service has applied."""

    stream: Stream
    first: int
    """The first number that is not there."""
    last: int
    """Up to which number the live service has applied the stream."""


class Positions:
    """Follows the streams of one partition from their first event to where the live service stands.

    What an operator has discarded was passed over by the live service: it is counted as seen from the beginning.
    """

    def __init__(self, last: Mapping[Stream, int], discarded: Iterable[tuple[Stream, int]] = ()) -> None:
        self._last = last
        self._done: dict[Stream, int] = {}
        """Up to which number everything has been seen."""
        self._beyond: dict[Stream, set[int]] = {}
        """What was seen although something before it was not, yet."""
        self.repeated = 0
        """Records that came before."""
        self.ahead = 0
        """Records the live service has not applied: it lags, or they wait behind a dead letter."""
        for stream, seq in discarded:
            self._beyond.setdefault(stream, set()).add(seq)
        for stream in list(self._beyond):
            self._catch_up(stream, 0)

    @property
    def streams(self) -> int:
        """How many streams the live service has applied something of."""
        return len(self._last)

    def takes(self, stream: Stream, seq: int) -> bool:
        """Whether the live service has counted this event, and it is seen here for the first time."""
        done = self._done.get(stream, 0)
        if seq != done + 1:
            return self._out_of_turn(stream, seq, done)
        if seq > self._last.get(stream, 0):
            self.ahead += 1
            return False
        self._done[stream] = seq
        if self._beyond and stream in self._beyond:
            self._catch_up(stream, seq)
        return True

    def _out_of_turn(self, stream: Stream, seq: int, done: int) -> bool:
        """A number that is behind, or that came before its predecessor: it adds the same whenever it comes."""
        if seq > self._last.get(stream, 0):
            self.ahead += 1
            return False
        if seq <= done or seq in self._beyond.get(stream, ()):
            self.repeated += 1
            return False
        self._beyond.setdefault(stream, set()).add(seq)
        return True

    def _catch_up(self, stream: Stream, done: int) -> None:
        beyond = self._beyond[stream]
        while done + 1 in beyond:
            done += 1
            beyond.remove(done)
        self._done[stream] = done

    def holes(self) -> Iterator[Hole]:
        """Streams of which something the live service has applied was not found."""
        for stream, last in self._last.items():
            if (done := self._done.get(stream, 0)) < last:
                yield Hole(stream, done + 1, last)
