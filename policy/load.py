"""Reads policies and the area registry; a file that is wrong is refused whole, every error with its line."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from policy.lines import Refused, line_of, read, twice
from policy.model import Policy
from schemas.base import Tier, tier_of
from schemas.codes import CodeList, load

__all__ = ["Area", "Refused", "areas", "both", "checked", "policies", "policy", "with_codes"]


First = TypeVar("First")
Second = TypeVar("Second")
Shape = TypeVar("Shape", bound=BaseModel)
Codes = dict[str, CodeList]
"""Code lists by id."""


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the registry of statistical area codes."""

    code: str
    tier: Tier
    name: str
    parent: str | None


def policies(path: Path, codes: Codes | None = None) -> dict[str, Policy]:
    """The policy of a file under its version, and all older ones beside it that running incidents may still need.

    The file itself comes first; its codes must be known where the lists are given. Raises `Refused`.
    """
    beside = [other for other in sorted(path.parent.glob("*.yaml")) if other != path]
    others = (policy(other, named=codes) for other in beside)
    return by_version([(path, policy(path, codes)), *zip(beside, others, strict=True)])


def by_version(read_from: Iterable[tuple[Path, Policy]]) -> dict[str, Policy]:
    """Policies with their files, under their versions. Raises `Refused` where two say different things under one."""
    found: dict[str, tuple[Path, Policy]] = {}
    errors = []
    for path, one in read_from:
        first, known = found.setdefault(one.version, (path, one))
        if known != one:
            line = line_of(read(path)[1], ("version",))
            errors.append(
                f"{path}:{line}: version: {first} has the same one and other rules; a change is a new version"
            )
    if errors:
        raise Refused("\n".join(errors))
    return {version: one for version, (_, one) in found.items()}


def policy(path: Path, codes: Codes | None = None, *, named: Codes | None = None) -> Policy:
    """One policy file; its codes must be in the lists, where given. Raises `Refused` with every error and its line.

    `named` are lists its codes are only named by: an older file may have some that stand in none any more.
    """
    return checked(path, Policy, {"codes": codes, "lists": codes or named})


def checked(path: Path, shape: type[Shape], context: dict[str, Any] | None = None) -> Shape:
    """What a YAML file says, in its shape. Raises `Refused` with every error and its line."""
    raw, node = read(path)
    placed = [(line, key, "stands there twice") for line, key in twice(node)]
    found: Shape | None = None
    try:
        found = shape.model_validate(raw, context=context)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        placed += [(line_of(node, one["loc"]), _dotted(one["loc"]), one["msg"]) for one in problems]
    if found is None or placed:
        raise Refused("\n".join(f"{path}:{line}: {place}: {what}" for line, place, what in sorted(placed)))
    return found


def both(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """What two sources say. Raises `Refused` with the errors of both: whoever mends them wants to start once more."""
    found: list[Any] = []
    errors: list[str] = []
    for read_file in (first, second):
        try:
            found.append(read_file())
        except ValueError as error:
            errors.append(str(error))
    if errors:
        raise Refused("\n".join(errors))
    return found[0], found[1]


def with_codes(folder: Path | None, read_with: Callable[[Codes | None], First]) -> tuple[Codes, First]:
    """The code lists, and what is read with them. Raises `Refused` with the errors of both.

    Where the lists are wrong, the rest is judged without them, so that it need not wait until they are right.
    """
    try:
        lists = load(*([folder] if folder else []))
    except ValueError as wrong:
        both(partial(_again, wrong), partial(read_with, None))
        raise
    return lists, read_with(lists)


def _again(error: Exception) -> None:
    raise error


def _dotted(place: tuple[int | str, ...]) -> str:
    return ".".join(str(one) for one in place) or "the file"


def areas(path: Path) -> dict[str, Area]:
    """The area registry: a CSV of `code,tier,name,parent`. Raises `Refused` with every error and its line."""
    found: dict[str, Area] = {}
    lines: dict[str, int] = {}
    errors = []
    for line, row in _rows(path):
        problems = list(_wrong(row, found))
        errors += [(line, problem) for problem in problems]
        if not problems:
            code = row["code"].strip()
            found[code] = Area(code, tier_of(code), row["name"].strip(), row["parent"].strip() or None)
            lines[code] = line
    errors += [
        (lines[one.code], f"parent: {one.parent} is not in the file")
        for one in found.values()
        if one.parent is not None and one.parent not in found
    ]
    errors += [
        (lines[one.code], f"parent: must be {between}, with which the code begins as well")
        for one in found.values()
        if one.parent in found and (between := _nearest(one.code, found)) not in {None, one.parent}
    ]
    if errors or not found:
        raise Refused(
            "\n".join(f"{path}:{line}: {problem}" for line, problem in sorted(errors, key=itemgetter(0)))
            or f"{path}: no area in it; the first line must be code,tier,name,parent"
        )
    return found


def _nearest(code: str, found: Collection[str]) -> str | None:
    """In which area a code lies as codes are read: who may see an area may see whatever begins with its code."""
    return next((code[:digits] for digits in (9, 6) if digits < len(code) and code[:digits] in found), None)


def _rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Each row with the line it ends on: there may be empty lines between them. Raises `Refused`."""
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restkey="more", restval="")
            found = []
            for row in rows:
                line = rows.line_num
                found.append((line, row))
            return found
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read: {error}") from error
    except csv.Error as error:
        raise Refused(f"{path}:{line + 1}: not CSV: {error}") from error


def _wrong(row: Mapping[str, Any], found: Mapping[str, Area]) -> Iterator[str]:
    code, tier, parent = ((row.get(name) or "").strip() for name in ("code", "tier", "parent"))
    if not (code.isascii() and code.isdigit() and len(code) in {6, 9, 12}):
        yield "code: must have 6 digits for a county, 9 for a town, 12 for a village"
    elif code in found:
        yield "code: stands in the file twice"
    elif tier != tier_of(code):
        yield f"tier: a code of {len(code)} digits is a {tier_of(code)}"
    if parent and not (code.startswith(parent) and parent != code):
        yield "parent: must be the beginning of the code"
    if not parent and tier != "county":
        yield "parent: only a county has none"
    if not (row.get("name") or "").strip():
        yield "name: is empty"
