"""Reads a locality's file of headcounts; one that is wrong is refused whole, every error with its line."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from policy.load import Area, Refused
from services.metrics.headcounts import Entry

COLUMNS = {"区划代码": "area", "口径": "definition", "自": "from", "至": "to", "人数": "number"}
"""In Chinese or English."""
NAMES = tuple(COLUMNS.values())
DEFINITION = re.compile(r"[a-z][a-z0-9-]{0,59}")
MOST = 1_000_000
MOST_LINES = 100_000
Wrong = tuple[int, str]
"""A line, and what is wrong in it."""


def headcounts(path: Path, areas: Mapping[str, Area]) -> list[Entry]:
    """The entries of a file. Raises `Refused` with every error and its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read: {error}") from error
    found, wrong = _read(text, areas)
    wrong += _overlaps(found)
    if wrong:
        raise Refused("\n".join(f"{path}:{line}: {what}" for line, what in sorted(wrong)))
    return [entry for _, entry in found]


def _read(text: str, areas: Mapping[str, Area]) -> tuple[list[tuple[int, Entry]], list[Wrong]]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, Entry]] = []
    wrong: list[Wrong] = []
    try:
        names = [COLUMNS.get(one.strip(), one.strip()) for one in next(rows, [])]
        if sorted(names) != sorted(NAMES):
            return [], [(1, f"the first line must name {', '.join(NAMES)} ({'、'.join(COLUMNS)}), each once")]
        for row in rows:
            if rows.line_num > MOST_LINES:
                return [], [(rows.line_num, f"the file has more than {MOST_LINES} lines")]
            if any(map(str.strip, row)):
                cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
                errors = [*_strange(row, names), *_wrong(cells, areas)]
                wrong += [(rows.line_num, one) for one in errors]
                found += [] if errors else [(rows.line_num, _entry(cells))]
    except csv.Error:
        wrong.append((max(rows.line_num, 1), "is not comma-separated text; look at its quotes"))
    return found, wrong


def _strange(row: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    if len(row) != len(names):
        yield f"has {len(row)} cells and not {len(names)}"


def _wrong(cells: Mapping[str, str], areas: Mapping[str, Area]) -> Iterator[str]:
    area, number = cells.get("area", ""), cells.get("number", "")
    if area not in areas:
        yield "area: is not in the registry of areas"
    if not DEFINITION.fullmatch(cells.get("definition", "")):
        yield "definition: must be a word of a-z 0-9 -, such as grid-staff"
    if not re.fullmatch(r"[0-9]{1,7}", number, re.ASCII) or int(number) > MOST:
        yield f"number: must be a whole number from 0 to {MOST}"
    first, last = _day(cells.get("from", "")), _day(cells.get("to", ""))
    if first is None:
        yield "from: must be a day, written 2026-01-01"
    if cells.get("to") and last is None:
        yield "to: must be a day, written 2026-12-31, or empty"
    if first and last and last < first:
        yield "to: lies before from"


def _entry(cells: Mapping[str, str]) -> Entry:
    first = _day(cells["from"])
    assert first is not None
    return Entry(cells["area"], cells["definition"], first, _day(cells["to"]), int(cells["number"]))


def _day(cell: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell, re.ASCII):
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def _overlaps(found: Iterable[tuple[int, Entry]]) -> list[Wrong]:
    """On one day an area has one number under one definition."""
    wrong: list[Wrong] = []
    by_place: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
    for line, one in found:
        by_place.setdefault((one.area, one.definition), []).append((line, one))
    for entries in by_place.values():
        before: tuple[int, Entry] | None = None
        for line, one in sorted(entries, key=lambda each: (each[1].first, each[0])):
            if before is not None and (before[1].last is None or one.first <= before[1].last):
                wrong.append(
                    (max(line, before[0]), f"from: these days are in line {min(line, before[0])} too")
                )
            before = (line, one)
    return wrong
