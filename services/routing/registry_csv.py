"""A file of contacts: comma-separated, columns in Chinese or English, every error at once with its line. Pure."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter, ValidationError

from policy.load import Area
from schemas.base import AreaCode, Reference
from schemas.codes import CodeList, resolve
from schemas.opaque import NUMBER
from services.routing.registry import Entry, Wrong
from services.routing.roster import Kind

COLUMNS = {
    "引用": "reference", "类别": "kind", "角色": "role", "区划代码": "area", "生效日期": "valid_from",
    "失效日期": "valid_until", "容量": "capacity", "单位名称": "name",
}  # fmt: skip
NEEDED = ("reference", "kind", "role", "area", "valid_from")
PERSONAL = re.compile(
    r"姓名|名字|电话|手机|联系方式|身份证|证件|住址|地址|邮箱|微信|生日|出生"
    r"|phone|mobile|telephone|tel$|id.?card|id.?number|address|e-?mail|wechat|birth|full.?name|surname",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"1[3-9][0-9]{9}|[0-9]{17}[0-9Xx]")
"""A mobile telephone or an identity number."""
KINDS: dict[str, Kind] = {"person": "person", "个人": "person", "body": "body", "单位": "body"}
LONGEST_NAME, MOST_IN_HAND, MOST_LINES, MOST_COLUMNS = 80, 10_000, 30_000, 50
"""As many lines as the door's bytes can hold of good ones: every error of worse ones would be an answer of 350 MB."""
NOT_HERE = "personal data does not belong in the registry; people are opaque references"
_REFERENCE, _AREA = TypeAdapter(Reference), TypeAdapter(AreaCode)


@dataclass(frozen=True)  # without slots: what follows from its fields is asked for every line and kept
class Known:
    """What a file is checked against; without a registry of areas only the form of their codes."""

    codes: dict[str, CodeList]
    areas: Mapping[str, Area] | None = None
    within: str | None = None
    """The area in which everything must lie."""

    def narrowed(self, within: str | None) -> "Known":
        """The same for somebody who knows an area with all below it, and no other."""
        return self if within is None else replace(self, within=within)

    def role(self, given: str) -> str:
        """The full code of a role, by its code or as the list calls it in Chinese. Raises `UnknownCode`."""
        return self._roles.get(given) or resolve(self.codes, "contact-role", given)

    @cached_property
    def _roles(self) -> dict[str, str]:
        lists = [
            one
            for one in self.codes.values()
            if one.id.partition("/")[0].rpartition(".")[2] == "contact-role"
        ]
        return {zh: f"{one.id}:{code}" for one in lists for code, (zh, _) in one.codes.items()}


def read(raw: bytes, known: Known) -> tuple[list[tuple[int, Entry]], list[Wrong]]:
    """The entries of a file with their lines, and everything that is wrong in it."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Wrong(1, "the file", "is not UTF-8; save it as CSV UTF-8")]
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, Entry]] = []
    wrong: list[Wrong] = []
    try:
        names, wrong = _head(next(rows, []))
        if any(one not in names for one in NEEDED):
            return [], wrong
        for row in rows:
            if rows.line_num > MOST_LINES:
                return [], [
                    Wrong(rows.line_num, "the file", f"has more than {MOST_LINES} lines; send it in parts")
                ]
            entry = _entry(rows.line_num, names, row, known) if any(map(str.strip, row)) else []
            if isinstance(entry, Entry):
                found.append((rows.line_num, entry))
            else:
                wrong += entry
    except csv.Error:
        wrong += [Wrong(max(rows.line_num, 1), "the line", "is not comma-separated text; look at its quotes")]
    if not found and not wrong:
        wrong = [Wrong(1, "the file", "has no contact in it")]
    return found, wrong


def _head(row: Sequence[str]) -> tuple[list[str], list[Wrong]]:
    """The columns by their English names; a name that is not known is not repeated, since anything may stand there."""
    if len(row) > MOST_COLUMNS:
        return [], [Wrong(1, "the line", f"has more than {MOST_COLUMNS} columns")]
    titles = [one.strip() for one in row]
    names = [COLUMNS.get(one, one) for one in titles]
    strange = f"is not known; known: {', '.join(COLUMNS.values())}"
    wrong = [
        Wrong(1, f"column {at}", NOT_HERE if PERSONAL.search(one) else strange)
        for at, one in enumerate(names, start=1)
        if one not in COLUMNS.values()
    ]  # fmt: skip
    wrong += [Wrong(1, one, "stands there twice") for one in COLUMNS.values() if names.count(one) > 1]
    wrong += [Wrong(1, one, "this column is missing") for one in NEEDED if one not in names]
    return names, wrong


def _entry(line: int, names: Sequence[str], row: Sequence[str], known: Known) -> Entry | list[Wrong]:
    cells = dict.fromkeys(COLUMNS.values(), "") | {
        name: cell.strip() for name, cell in zip(names, row, strict=False)
    }
    wrong = [Wrong(line, "the line", "has more cells than the first line")] if len(row) > len(names) else []
    found: dict[str, Any] = {}
    for name, parse in _PARSERS.items():
        try:
            found[name] = parse(cells[name], known)
        except ValueError as error:
            wrong.append(Wrong(line, name, str(error)))
    wrong += [Wrong(line, name, problem) for name, problem in _together(found)]
    return wrong or Entry(**found)


def _together(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What each cell alone does not show."""
    begin, end = found.get("valid_from"), found.get("valid_until")
    if begin and end and end < begin:
        yield "valid_until", "lies before valid_from"
    if found.get("kind") == "person" and found.get("name"):
        yield "name", "must be empty for a person: " + NOT_HERE


def _reference(cell: str, _: Known) -> str:
    try:
        reference = _REFERENCE.validate_python(cell)
    except ValidationError:
        raise ValueError(
            "must be an opaque reference of 1 to 64 of A-Z a-z 0-9 . _ : @ / -, not a name"
        ) from None
    if NUMBERS.fullmatch(reference) or NUMBER.search(reference):
        raise ValueError("looks like a telephone or identity number; " + NOT_HERE)
    return reference


def _kind(cell: str, _: Known) -> Kind:
    if cell not in KINDS:
        raise ValueError("must be person (个人) or body (单位)")
    return KINDS[cell]


def _role(cell: str, known: Known) -> str:
    return known.role(cell)


def _area(cell: str, known: Known) -> str:
    try:
        area = _AREA.validate_python(cell)
    except ValidationError:
        raise ValueError(
            "must have 6 digits for a county, 9 for a town, 12 for a village, 15 for a grid"
        ) from None
    outside = known.within is not None and not area.startswith(known.within)
    if outside or (known.areas is not None and area[:12] not in known.areas):
        raise ValueError("is not in the registry of areas")
    return area


def _day(cell: str, _: Known) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise ValueError("must be a day, written 2026-12-31")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("there is no such day") from None


def _last_day(cell: str, known: Known) -> date | None:
    return _day(cell, known) if cell else None


def _capacity(cell: str, _: Known) -> int | None:
    if not cell:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", cell) or not 1 <= int(cell) <= MOST_IN_HAND:
        raise ValueError(f"must be a number from 1 to {MOST_IN_HAND}, or empty for no bound")
    return int(cell)


def _name(cell: str, _: Known) -> str | None:
    if len(cell) > LONGEST_NAME or not (cell.isprintable()):
        raise ValueError(f"must be at most {LONGEST_NAME} printable characters")
    if re.search(r"[0-9]{7}", cell):
        raise ValueError("must be the public name of a body only, without a number to call")
    return cell or None


_PARSERS: dict[str, Callable[[str, Known], object]] = {
    "reference": _reference, "kind": _kind, "role": _role, "area": _area, "valid_from": _day,
    "valid_until": _last_day, "capacity": _capacity, "name": _name,
}  # fmt: skip
