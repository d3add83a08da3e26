"""What the values are and which changed since when: what anybody missed follows from where they stand. Pure."""

import json
from collections.abc import Collection, Iterable, Mapping
from itertools import takewhile
from typing import NamedTuple

Place = tuple[str, str]
"""A tier and an area."""
Values = Mapping[str, int]
"""Measure → value."""


class Key(NamedTuple):
    """What a value is of."""

    tier: str
    area: str
    measure: str


Change = tuple[Key, int]
"""A key, and by how much its value changed."""


UNTIL = "="
"""How the names begin under which a period has what stood at its end, beside what came and went in it."""


def is_part(measure: str) -> bool:
    """Whether it only stands for a part of a figure, a bucket of a duration or a stock, and is no total by itself."""
    return ":" in measure or measure.startswith(UNTIL)


class Changes:
    """The values of all places. There is one entry for each, however often it changes and whoever lags behind."""

    def __init__(self) -> None:
        self.number = 0
        """Of the last change set."""
        self._places: dict[Place, Values] = {}
        self._last: dict[Key, int] = {}
        """In which change set each key changed last, the latest at the end."""
        self._rows: dict[Key, bytes] = {}

    def take(self, given: Mapping[Place, Values]) -> list[Change]:
        """Notes what some places have now, as one change set."""
        found = [one for place, values in given.items() for one in self._put(place, values)]
        if found:
            self.number += 1
            for key, _ in found:
                if not is_part(key.measure):
                    self._last.pop(key, None)  # so that it stands at the end again
                    self._last[key] = self.number
                    self._rows.pop(key, None)
        return found

    def _put(self, place: Place, values: Values) -> Iterable[Change]:
        before = self._places.get(place, {})
        self._places[place] = values
        for measure, value in values.items() - before.items():
            if by := value - before.get(measure, 0):
                yield Key(*place, measure), by
        for measure in before.keys() - values.keys():
            if before[measure]:
                yield Key(*place, measure), -before[measure]

    def turn(self) -> None:
        """Begins a change set in which no value changed, but what is said of them."""
        self.number += 1

    def within(self, area: str) -> Iterable[tuple[Place, Values]]:
        """The places of a subtree of areas, with what they have."""
        return (one for one in self._places.items() if one[0][1].startswith(area))

    def places(self) -> Collection[Place]:
        """All there are."""
        return self._places.keys()

    def values(self, place: Place) -> Values:
        """What a place has."""
        return self._places.get(place, {})

    def value(self, key: Key) -> int:
        """What it is now."""
        return self.values(key[:2]).get(key.measure, 0)

    def since(self, number: int) -> list[Key]:
        """What changed after a change set, each once."""
        return list(takewhile(lambda key: self._last[key] > number, reversed(self._last)))

    def row(self, key: Key) -> bytes:
        """A key with its value as JSON, encoded once for all who are sent it."""
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = json.dumps([*key, self.value(key)], separators=(",", ":")).encode()
        return row
