"""A source's own list of its matters, as CSV or JSON: read whole, or every error at its line and field. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from schemas.base import Reference
from schemas.declarations import Month
from services.intake.reconciliation import STATES, Listed, State

MOST = 20_000
COLUMNS = {
    "number": "number", "案号": "number", "编号": "number", "state": "state", "状态": "state",
    "month": "month", "月份": "month",
}  # fmt: skip
SAID: dict[str, State] = {one: one for one in STATES} | {
    "已移送": "offered", "待受理": "offered", "受理": "accepted", "已受理": "accepted", "退回": "returned",
    "已退回": "returned", "成功": "succeeded", "调解成功": "succeeded", "失败": "failed", "调解不成": "failed",
}  # fmt: skip
_NUMBER, _MONTH = TypeAdapter(Reference), TypeAdapter(Month)
Place = tuple[int, str, str]
"""Line, field, and what is wrong there; never what stands there."""


class Unreadable(ValueError):
    """The list cannot be used; `places` has every error."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__(f"{len(places)} errors")
        self.places = places


def read_csv(text: str, month: str) -> list[Listed]:
    """The lines of a CSV file with a heading; `month` is meant where the column is missing. Raises `Unreadable`."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        heading = [COLUMNS.get(name.strip(), "") for name in next(reader, [])]
        missing = [name for name in ("number", "state") if name not in heading]
        if missing:
            raise Unreadable([(1, name, "this column is missing") for name in missing])
        rows = [(reader.line_num, _row(heading, cells)) for cells in reader if any(cells)]
    except csv.Error:
        raise Unreadable([(reader.line_num, "", "is not CSV")]) from None
    return _checked(rows, month)


def _row(heading: list[str], cells: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: cell.strip() for name, cell in zip(heading, cells, strict=False) if name}
    return row if len(cells) <= len(heading) else row | {"more": True}


def read_json(entries: Iterable[object], month: str) -> list[Listed]:
    """The same from a JSON array of objects, counted from 1. Raises `Unreadable`."""
    rows = [(at, one if isinstance(one, Mapping) else {}) for at, one in enumerate(entries, start=1)]
    return _checked(rows, month)


def _checked(rows: Sequence[tuple[int, Mapping[str, Any]]], month: str) -> list[Listed]:
    if len(rows) > MOST:
        raise Unreadable([(rows[MOST][0], "", f"more than {MOST} matters; send a month at a time")])
    if wrong := [place for line, row in rows for place in _wrong(line, row)]:
        raise Unreadable(wrong)
    return [Listed(line, row["number"], SAID[row["state"]], row.get("month") or month) for line, row in rows]


def _wrong(line: int, row: Mapping[str, Any]) -> Iterator[Place]:
    if not _fits(_NUMBER, row.get("number")):
        yield line, "number", "must be 1 to 64 letters, digits or . _ : @ / -"
    state = row.get("state")
    if not isinstance(state, str) or state not in SAID:
        yield line, "state", f"must be one of {', '.join(STATES)}"
    if row.get("month") and not _fits(_MONTH, row["month"]):
        yield line, "month", "must be a month such as 2026-09"
    if row.get("more"):
        yield line, "", "has more cells than the heading"


def _fits(kind: TypeAdapter[Any], value: object) -> bool:
    try:
        kind.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
