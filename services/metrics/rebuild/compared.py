"""What stands beside what was counted again: in one order, what differs, and a digest of each. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic_core import to_json

from services.metrics.sketches import ADDED, settled

SHOWN = 10
"""So many differences are shown; all are corrected."""
Counts = dict[str, int]
Slot = tuple[str, str, str, str]
"""Area, day, category, channel."""


class Difference(NamedTuple):
    """What does not say what the events say."""

    what: str
    stands: str
    counted: str


@dataclass(slots=True)
class Compared:
    """What became of one table; equal digests say that everything in it is the same, byte for byte."""

    name: str
    counted: int = 0
    """How many were counted again, without those that are zero."""
    differing: int = 0
    first: list[Difference] = field(default_factory=list)
    stood_digest: str = ""
    counted_digest: str = ""
    """SHA-256 of what stood, and of what was counted again, in canonical form."""
    again: bool = False
    """Whether it has to be looked at once more after it was corrected."""

    def differs(self, what: str, stands: object, counted: object) -> None:
        """Notes a difference."""
        self.differing += 1
        if len(self.first) < SHOWN:
            self.first.append(Difference(what, str(stands), str(counted)))


class Comparison:
    """Takes slots of cells in order, each with what stands there and what was counted again; then the totals."""

    def __init__(self) -> None:
        self.cells = Compared("cells")
        self._stood, self._counted = hashlib.sha256(), hashlib.sha256()

    def same(self, slot: Slot, written: str) -> None:
        """A slot of which what stands is written as what was counted, letter by letter: nearly all are."""
        self.cells.counted += written.count('":')
        said = to_json(slot)[:-1] + b"," + written.encode() + b"]\n"
        self._stood.update(said)
        self._counted.update(said)

    def take(self, slot: Slot, stands: Iterable[Counts], counted: Iterable[Counts]) -> Counts:
        """What has to be added to a slot so that it says what the events say; nothing where it does."""
        before, after = canonical(added(stands)), canonical(kept(added(counted)))
        written = line(slot, after)
        self._counted.update(written)
        self._stood.update(written if before == after else line(slot, before))
        self.cells.counted += len(after)
        if before == after:
            return {}
        missing = _missing(before, after)
        for measure in missing:
            self.cells.differs(" ".join((measure, *slot)), before.get(measure, 0), after.get(measure, 0))
        self.cells.again |= _lowered(missing)
        return missing

    def totals(self, stand: Mapping[str, Counts], counted: Mapping[str, Counts]) -> dict[str, Counts]:
        """What has to be added to the totals of areas so that they say what the events say; asked last."""
        found = {}
        for area in sorted(stand.keys() | counted.keys()):
            before, after = canonical(stand.get(area, {})), canonical(kept(counted.get(area, {})))
            if missing := _missing(before, after):
                found[area] = missing
                self.cells.again |= _lowered(missing)
            for measure in missing:
                self.cells.differs(
                    f"total of {measure} {area}", before.get(measure, 0), after.get(measure, 0)
                )
        self.cells.stood_digest, self.cells.counted_digest = (
            self._stood.hexdigest(),
            self._counted.hexdigest(),
        )
        return found


def _missing(before: Counts, after: Counts) -> Counts:
    measures = sorted(before.keys() | after.keys())
    return {one: by for one in measures if (by := after.get(one, 0) - before.get(one, 0))}


def _lowered(missing: Counts) -> bool:
    """Whether durations seemed to be many that were few.

    What was not kept exactly of those that came meanwhile has to be counted again: nothing else does not add up.
    """
    return any(by < 0 and measure.startswith(ADDED) for measure, by in missing.items())


def plus(into: Counts, counts: Counts) -> None:
    """Adds counts to others."""
    for measure, value in counts.items():
        into[measure] = into.get(measure, 0) + value


def added(parts: Iterable[Counts]) -> Counts:
    """The sum of several counts."""
    whole: Counts = {}
    for one in parts:
        plus(whole, one)
    return whole


def kept(counts: Counts) -> Counts:
    """As cells keep them: without exact durations where there are many."""
    return settled(dict(counts), list(counts))


def canonical(counts: Counts) -> Counts:
    """In order of measure, without zeros."""
    return {measure: counts[measure] for measure in sorted(counts) if counts[measure]}


def line(slot: Slot, counts: Counts) -> bytes:
    """A slot in canonical form: one JSON line; nothing where nothing is counted."""
    if not counts:
        return b""
    return to_json([*slot, counts]) + b"\n"
