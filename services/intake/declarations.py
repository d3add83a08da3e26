"""What a source declares: how many of its matters of a month could have been offered here. Pure."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.codes import UnknownCodes, bare, complete
from schemas.declarations import EligibleDeclared, EligibleRecorded
from services.intake.offers import month_of
from services.intake.report import NAMES, NotAccepted, Registry, check_area, check_time

Why = Literal["version-known", "area-overlaps"]
SENTENCES: dict[Why, tuple[str, str]] = {
    "version-known": (
        "该版本或更新的版本已经申报",
        "This or a later version has been declared already; correct it with a higher version",
    ),
    "area-overlaps": (
        "上级或下级区划当月已经申报，重复计算；请先撤回",
        "An area around or inside it has been declared for this month; withdraw that first",
    ),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for an area: the highest version so far."""

    version: int
    count: int | None


Declared = Mapping[str, Standing]
"""By area, of one source and month."""


class NotRecorded(Exception):
    """The rules say no to a declaration; nothing changes."""

    def __init__(self, reason: Why, declaration_id: str) -> None:
        super().__init__(reason)
        self.reason: Why = reason
        self.declaration_id = declaration_id


def checked(registry: Registry, declared: EligibleDeclared, now: datetime) -> EligibleDeclared:
    """With its source as a bare code. Raises `NotAccepted`."""
    check_area(registry, declared.area)
    check_time("occurred_at", declared.occurred_at, now)
    if declared.month > month_of(now, registry.policy.zone):
        raise NotAccepted("future", [("month", "has not begun yet")])
    try:
        code = complete(registry.codes, {"body": declared.source})["body"]
    except UnknownCodes as error:
        raise NotAccepted("unknown-code", [("source", what) for _, what in error.fields]) from None
    return declared.model_copy(update={"source": code})


def declaration_id_of(declared: EligibleDeclared) -> str:
    """The same for all versions: of a source, an area and a month."""
    return str(uuid.uuid5(NAMES, f"eligible\n{bare(declared.source)}\n{declared.area}\n{declared.month}"))


def record(
    standing: Declared, declared: EligibleDeclared, door: str, channel: str | None = None
) -> EligibleRecorded | None:
    """What a checked declaration changes; None when it says what counts already. Raises `NotRecorded`."""
    name, now = declaration_id_of(declared), standing.get(declared.area)
    if now == Standing(declared.version, declared.count):
        return None
    if now is not None and declared.version <= now.version:
        raise NotRecorded("version-known", name)
    others = (area for area, one in standing.items() if area != declared.area and one.count is not None)
    if declared.count is not None and any(_overlap(declared.area, one) for one in others):
        raise NotRecorded("area-overlaps", name)
    return EligibleRecorded(
        declaration_id=name,
        source=door,
        body=declared.source,
        channel=channel,
        replaces=None if now is None else now.count,
        **declared.model_dump(include={"area", "month", "count", "version", "occurred_at", "actor"}),
    )


def _overlap(one: str, other: str) -> bool:
    """Whether a matter in one of two areas is in the other as well."""
    return one.startswith(other) or other.startswith(one)
