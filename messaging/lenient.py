"""Reads the records of a batch also where the client library gives up, and none where it would take all the memory.

At a header whose name is no text it drops the batch, every time it comes, and with it whatever the same sender wrote
beside that record. At a batch that it cannot unpack it stands still: a broker lets one in behind whose packed records
anything lies, since it never looks there.
"""

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy, _DefaultRecordPy
from aiokafka.record.memory_records import MemoryRecords

from messaging.large import MOST_HEADERS
from messaging.measured import Measured
from messaging.packed import BROKEN, MOST, excessive, heads_without_end

if TYPE_CHECKING:
    from messaging.turn import Turn

UNREADABLE = "fengqiao-unreadable"
"""Stands for a header's name that is no text."""
EXCESSIVE = "fengqiao-excessive"
"""The only header of the stand-in for a batch that unpacks to too much."""
UNPACKABLE = "fengqiao-unpackable"
"""The only header of the stand-in for what is left of a batch that cannot be unpacked."""
UNOPENED = frozenset({EXCESSIVE, UNPACKABLE})
_LARGE = 1_048_576
"""Bytes of a batch, unpacked, up to which it may lie in memory beside others."""
_HEADED = 65_536
"""Bytes up to which it is small in memory whatever its records have for headers."""
_LENGTH, _OVERHEAD = 8, 12
"""Where a batch says how long it is, and how much of it that does not count."""
_RECORDS = _DefaultRecordBatchPy.HEADER_STRUCT.size
"""Where its records begin."""
_COUNT = _RECORDS - 4
"""Where it says how many there are."""
_ATTRIBUTES, _CODEC = 22, 7
"""Where it says with which codec they are packed, and by which bits."""


class Lenient:
    """What was fetched of a partition, batch by batch, as the library's own `MemoryRecords`."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched, self._at = memoryview(fetched), 0
        self._records = MemoryRecords(fetched)
        self._looked_at, self._is_large = -1, False
        self.turn: Turn | None = None
        """Who may unpack a large batch; None where everybody may."""
        self.waits = False
        """Whether a batch is left that has to wait for its turn."""

    def has_next(self) -> bool:
        """Whether a whole batch is left whose turn it is. When this is asked, the one before is at its end."""
        if self.turn is not None:
            self.turn.give_back(self)
        left = bool(self._records.has_next())
        self.waits = left and self.turn is not None and self._large() and not self.turn.take(self)
        return left and not self.waits

    def _large(self) -> bool:
        """Whether the next one is."""
        if self._looked_at != self._at:
            whole = self._fetched[self._at : self._end()]
            self._looked_at, self._is_large = self._at, more_than(_LARGE, whole)
        return self._is_large

    def _end(self) -> int:
        (length,) = struct.unpack_from(">i", self._fetched, self._at + _LENGTH)
        return self._at + _OVERHEAD + int(length)

    def size_in_bytes(self) -> int:
        """Of all that was fetched, the batch that is not whole as well."""
        return int(self._records.size_in_bytes())

    def next_batch(self) -> Any:  # noqa: ANN401 - does as the library's does
        """The next batch; None after the last."""
        if (batch := self._records.next_batch()) is None:
            return None
        begin, self._at = self._at, self._end()
        return _Batch(batch, self._fetched[begin : self._at], foreign=self.turn is not None)


def more_than(most: int, whole: memoryview) -> bool:
    """Whether a batch is larger, unpacked."""
    codec = whole[_ATTRIBUTES] & _CODEC
    return excessive(codec, bytes(whole[_RECORDS:]), most) if codec else len(whole) > most


class _Batch:
    """A batch that is read as fast as the library can, and from where it gives up more slowly."""

    def __init__(self, batch: Any, whole: memoryview, *, foreign: bool) -> None:  # noqa: ANN401 - the library has no types
        self._batch, self._whole, self._foreign = batch, whole, foreign

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._batch, name)

    def __next__(self) -> Any:  # noqa: ANN401
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            if more_than(MOST, self._whole) or self._headed():
                yield self._instead(EXCESSIVE)
                return
            for record in self._records():
                read += 1
                yield record
        except (CorruptRecordException, *BROKEN):
            (count,) = struct.unpack_from(">i", self._whole, _COUNT)
            if read < count:
                yield self._instead(UNPACKABLE)

    def _headed(self) -> bool:
        """Whether a record has headers without end. What we wrote ourselves is not looked through."""
        return (
            self._foreign
            and more_than(_HEADED, self._whole)
            and heads_without_end(*self._unpacked(), MOST_HEADERS)
        )

    def _unpacked(self) -> tuple[bytearray | memoryview, int, int]:
        """Its records' bytes, where they begin, and how many they are."""
        batch = _DefaultRecordBatchPy(self._whole)
        batch._maybe_uncompress()  # noqa: SLF001 - there is no other way
        (count,) = struct.unpack_from(">i", self._whole, _COUNT)
        return batch._buffer, batch._pos, count  # noqa: SLF001

    def _records(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                read += 1
                yield record
        except UnicodeDecodeError:
            yield from _slowly(self._whole, read)

    def _instead(self, why: str) -> Any:  # noqa: ANN401
        """Stands for the records that are left, in the place of the last: what is committed then is behind them all."""
        at = self._batch.next_offset - 1
        return _DefaultRecordPy(at, self._batch.max_timestamp, 0, None, None, [(why, b"")])


def _slowly(whole: memoryview, read: int) -> Iterator[Any]:
    """The records of a batch behind the first so many."""
    batch = iter(_DefaultRecordBatchPy(whole))
    batch._buffer = _Forgiving(batch._buffer)  # noqa: SLF001 - unpacked by now
    for at, record in enumerate(batch):
        if at >= read:
            yield record


class _Forgiving(bytearray):
    """Bytes of which only names of headers are ever decoded."""

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 - an index or a slice
        found = super().__getitem__(at)
        return _Forgiving(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The text, or what stands for it."""
        try:
            return super().decode(encoding, errors)
        except UnicodeDecodeError:
            return UNREADABLE


def teach() -> None:
    """From here on consumers of this process read so; once is enough, and again does no harm."""
    fetcher.MemoryRecords = Lenient
    fetcher.FetchResult = Measured
