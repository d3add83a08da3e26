"""What counts were before and after each change: from the current ones, newer changes are undone. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

Sum = dict[str, dict[str, int]]
"""Tier → measure → value."""


class Change(NamedTuple):
    """A change that is shown."""

    about: str
    """Whose counts it changed: a day, or the one period all of them are of."""
    tier: str
    changes: Mapping[str, int]
    """Measure → by how much."""


class Between(NamedTuple):
    """What changed one measure, in sum, after the shown change of place - 1 and up to that of `place`, newest first.

    With what is shown itself, and with what is not shown; at place 0 all that is newer than the first shown.
    """

    place: int
    about: str
    tier: str
    measure: str
    by: int


class Step(NamedTuple):
    """The counts before and after a change."""

    before: Sum
    after: Sum


def steps(current: Mapping[str, Sum], between: Iterable[Between], shown: Sequence[Change]) -> Iterator[Step]:
    """The counts around each shown change, newest first; `current` are those of each day, or of the one period."""
    standing = {about: _copied(counts) for about, counts in current.items()}
    sums: dict[int, list[Between]] = {}
    for one in between:
        sums.setdefault(one.place, []).append(one)
    for place, change in enumerate(shown):
        for one in sums.get(place, ()):
            _add(standing.setdefault(one.about, {}), one.tier, one.measure, -one.by)
        before = _copied(standing.setdefault(change.about, {}))
        after = _copied(before)
        for measure, by in change.changes.items():
            _add(after, change.tier, measure, by)
        yield Step(before, after)


def _copied(counts: Sum) -> Sum:
    return {tier: dict(values) for tier, values in counts.items()}


def _add(counts: Sum, tier: str, measure: str, by: int) -> None:
    values = counts.setdefault(tier, {})
    values[measure] = values.get(measure, 0) + by
