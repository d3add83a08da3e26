"""Where a case belongs: areas found by the names a file gives them. Pure."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cli.importing.mapping import Level, Where
from policy.load import Area

REMEMBERED = 4096
"""A file names the same few places again and again; remembering them saves a tenth of the time."""


class UnknownPlace(ValueError):
    """A name that is not, or not once, under the area found so far; the message never repeats it."""


class Places:
    """Looks areas up by name under their parents, as a mapping says."""

    def __init__(self, where: Where, areas: Mapping[str, Area]) -> None:
        self._root = where.root
        self._levels = [(level.column, _rules(level)) for level in where.levels]
        self._codes = _by_name(areas.values())
        self._known = lru_cache(maxsize=REMEMBERED)(self._find)

    def find(self, row: Mapping[str, str]) -> str:
        """The lowest area the row names without a gap; an empty cell ends the search. Raises `UnknownPlace`."""
        return self._known(*(row[column] for column, _ in self._levels))

    def _find(self, *cells: str) -> str:
        area = self._root
        for cell, (column, rules) in zip(cells, self._levels, strict=True):
            name = _normal(cell, rules)
            if not name:
                return area
            found = self._codes.get((area, name), ())
            if len(found) != 1:
                raise UnknownPlace(f"{'ambiguous' if found else 'unknown'}-area ({column})")
            area = found[0]
        return area


def _rules(level: Level) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(one.pattern), one.by) for one in level.replace]


def _normal(cell: str, rules: Iterable[tuple[re.Pattern[str], str]]) -> str:
    name = " ".join(cell.split())
    for pattern, by in rules:
        if found := pattern.fullmatch(name):
            return found.expand(by)
    return name


def _by_name(areas: Iterable[Area]) -> dict[tuple[str, str], tuple[str, ...]]:
    codes: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in areas:
        key = (one.parent or "", " ".join(one.name.split()))
        codes[key] = (*codes.get(key, ()), one.code)
    return codes
