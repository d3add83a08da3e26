"""What a file of past cases means: which column says what, in whose time, with which codes. Pure but for `load`."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from policy import lines
from policy.load import Area, Refused
from policy.zones import ZoneName
from schemas.base import AreaCode
from schemas.codes import KINDS, CodeList, UnknownCode, resolve

Column = Annotated[str, StringConstraints(min_length=1)]
ISO = "iso"
"""The time format that stands for ISO 8601."""


class Part(BaseModel):
    """Base of every part: frozen, and closed, because an unknown key is a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Columns(Part):
    """The columns of a case's id and times. Without `accepted`, a closed case was accepted when it was opened."""

    id: Column
    opened: Column
    accepted: Column | None = None
    target: Column | None = None
    closed: Column | None = None
    source_number: Column | None = None
    """The number a court, a police station … has for it; one matter each."""


class Coding(Part):
    """How a cell becomes a code: by `values`, else as a code of `list`, else `default`, else the row is refused."""

    column: Column | None = None
    list: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    default: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.column is None and self.default is None:
            raise ValueError("name a column, or a default for all rows")
        if self.column is not None and not self.values and self.list is None:
            raise ValueError("a column needs values, or the list its cells are codes of")
        return self


class Replace(Part):
    """A regular expression that must match the whole cell, and what the cell then becomes."""

    pattern: str
    by: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value

    @model_validator(mode="after")
    def _replaces(self) -> Self:
        try:
            re.compile(f"|(?:{self.pattern})").sub(self.by, "")
        except (re.error, IndexError) as error:
            raise ValueError(f"by: does not fit the pattern: {error}") from None
        return self


class Level(Part):
    """A column that names an area below the one found so far; an empty cell leaves the case with that one."""

    column: Column
    replace: tuple[Replace, ...] = ()


class Where(Part):
    """The area of a case: a fixed one, and below it those whose names stand in the file."""

    root: AreaCode
    levels: Annotated[tuple[Level, ...], Field(max_length=2)] = ()


class Ending(Part):
    """What is said of every closed case."""

    method: str
    outcome: str
    agreement: bool = False


class CaseMapping(Part):
    """The whole file. Source and case id name a case for ever: changing the source imports everything anew."""

    source: Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]{1,99}$")]
    time_zone: ZoneName
    time_formats: Annotated[tuple[str, ...], Field(min_length=1)]
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    columns: Columns
    area: Where
    category: Coding
    channel: Coding
    severity: Coding = Coding(default="ordinary")
    parties: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = ("reporter",)
    closed: Ending | None = None

    @field_validator("source")
    @classmethod
    def _not_ours(cls, value: str) -> str:
        if value.startswith("/fengqiao/"):
            raise ValueError("names below /fengqiao/ are our own services'")
        return value

    @field_validator("time_formats")
    @classmethod
    def _formats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        example = datetime(2000, 2, 29, 23, 58, 59)  # noqa: DTZ001 - only printed and read back
        for one in value:
            try:
                one == ISO or datetime.strptime(example.strftime(one), one)  # noqa: DTZ007
            except (ValueError, re.error):
                raise ValueError(f"{one!r} is neither {ISO!r} nor a strptime format") from None
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError("not an encoding Python knows") from None
        return value

    @model_validator(mode="after")
    def _closed_cases_end(self) -> Self:
        if self.columns.closed and self.closed is None:
            raise ValueError("closed: say method and outcome, because columns.closed is given")
        return self

    def named_columns(self) -> dict[str, str]:
        """Every column the mapping relies on, and the place that names it."""
        found = {name: f"columns.{key}" for key, name in self.columns if name is not None}
        found |= {one.column: f"area.levels.{at}" for at, one in enumerate(self.area.levels)}
        codings = {"category": self.category, "channel": self.channel, "severity": self.severity}
        return found | {one.column: key for key, one in codings.items() if one.column is not None}


def load(path: Path, lists: dict[str, CodeList], areas: Mapping[str, Area]) -> CaseMapping:
    """The mapping in a YAML file, its codes and areas checked. Raises `Refused`: every error, each with its line."""
    raw, node = lines.read(path)
    try:
        mapping = CaseMapping.model_validate(raw)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise _refused(path, node, [(one["loc"], one["msg"]) for one in problems]) from None
    if wrong := list(_unknown(mapping, lists, areas)):
        raise _refused(path, node, wrong)
    return mapping


def _unknown(
    mapping: CaseMapping, lists: dict[str, CodeList], areas: Mapping[str, Area]
) -> Iterator[tuple[lines.Place, str]]:
    """Codes, lists and areas that nobody knows."""
    if mapping.area.root not in areas:
        yield ("area", "root"), "is not in the registry of areas"
    codings = {"category": mapping.category, "channel": mapping.channel, "severity": mapping.severity}
    for kind, coding in codings.items():
        if coding.list is not None and coding.list not in lists:
            yield (kind, "list"), f"there is no such code list; there are: {', '.join(sorted(lists))}"
    for place, code in _given(mapping, codings):
        kind = str(place[0] if place[0] != "closed" else place[1])
        try:
            resolve(lists, KINDS.get(kind, kind), code)
        except UnknownCode as error:
            yield place, str(error)


def _given(mapping: CaseMapping, codings: Mapping[str, Coding]) -> Iterator[tuple[lines.Place, str]]:
    """Every code that stands in the mapping itself."""
    for kind, coding in codings.items():
        if coding.default is not None:
            yield (kind, "default"), coding.default
        for cell, code in coding.values.items():
            yield (kind, "values", cell), code
    for at, role in enumerate(mapping.parties):
        yield ("parties", at), role
    if mapping.closed:
        yield ("closed", "method"), mapping.closed.method
        yield ("closed", "outcome"), mapping.closed.outcome


def _refused(path: Path, node: yaml.Node | None, problems: list[tuple[lines.Place, str]]) -> Refused:
    said = (
        f"{path}:{lines.line_of(node, place)}: {'.'.join(map(str, place)) or 'the file'}: {what}"
        for place, what in problems
    )
    return Refused("\n".join(said))
