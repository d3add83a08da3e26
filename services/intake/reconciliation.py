"""What a source and this centre count differently: its list beside our ledger. Pure; changes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from pydantic import BaseModel

from schemas.declarations import Month

State = Literal["offered", "accepted", "returned", "succeeded", "failed"]
STATES: tuple[State, ...] = get_args(State)
"""Where a matter stands; a relapse is accepted again."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the source's list."""

    line: int
    number: str
    state: State
    month: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of our ledger."""

    incident_id: str
    number: str | None
    state: State
    month: str


class Theirs(BaseModel):
    """A matter only the source counts."""

    number: str
    line: int
    state: State
    month: Month


class Ours(BaseModel):
    """A matter of the month only we count; one without a number cannot be found in any list."""

    number: str | None
    incident_id: str
    state: State
    month: Month


class Differs(BaseModel):
    """The same matter, counted differently."""

    number: str
    line: int
    incident_id: str
    theirs: str
    ours: str


class Duplicate(BaseModel):
    """A number that stands in the source's list more than once; the first line is the one compared."""

    number: str
    lines: tuple[int, ...]


class Totals(BaseModel):
    """By state; `before`, as each side counts, and `after`, what both count alike."""

    theirs_before: dict[str, int]
    ours_before: dict[str, int]
    both_after: dict[str, int]


class Report(BaseModel):
    """The reconciliation of a source and a month."""

    source: str
    month: Month
    as_of: datetime
    agree: bool
    """Whether nothing differs."""
    theirs_not_ours: tuple[Theirs, ...]
    ours_not_theirs: tuple[Ours, ...]
    state_differs: tuple[Differs, ...]
    month_differs: tuple[Differs, ...]
    duplicates: tuple[Duplicate, ...]
    totals: Totals


def state_of(answer: str | None) -> State:
    """Where a matter stands after its last answer."""
    if answer is None:
        return "offered"
    return "accepted" if answer == "reopened" else next(one for one in STATES if one == answer)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is reconciled, and when."""

    source: str
    month: str
    as_of: datetime


def reconcile(asked: Asked, theirs: Sequence[Listed], ours: Sequence[Kept]) -> Report:
    """Compares; `ours` holds the month's matters, and those of other months that the list names."""
    lines: dict[str, list[Listed]] = {}
    for one in theirs:
        lines.setdefault(one.number, []).append(one)
    first = {number: same[0] for number, same in lines.items()}
    kept = {one.number: one for one in ours if one.number is not None}
    pairs = [(one, kept[number]) for number, one in first.items() if number in kept]
    differing = {
        "theirs_not_ours": tuple(_theirs(one) for one in first.values() if one.number not in kept),
        "ours_not_theirs": tuple(
            _ours(one) for one in ours if one.month == asked.month and one.number not in first
        ),
        "state_differs": tuple(
            _differs(one, other, one.state, other.state) for one, other in pairs if one.state != other.state
        ),
        "month_differs": tuple(
            _differs(one, other, one.month, other.month) for one, other in pairs if one.month != other.month
        ),
        "duplicates": tuple(
            Duplicate(number=number, lines=tuple(one.line for one in same))
            for number, same in lines.items()
            if len(same) > 1
        ),
    }
    return Report(
        source=asked.source,
        month=asked.month,
        as_of=asked.as_of,
        agree=not any(differing.values()),
        **differing,
        totals=_totals(asked, theirs, ours, pairs),
    )


def _totals(
    asked: Asked, theirs: Iterable[Listed], ours: Iterable[Kept], pairs: Iterable[tuple[Listed, Kept]]
) -> Totals:
    alike = (
        one.state
        for one, other in pairs
        if one.state == other.state and one.month == other.month == asked.month
    )
    return Totals(
        theirs_before=_by_state(Counter(one.state for one in theirs)),
        ours_before=_by_state(Counter(one.state for one in ours if one.month == asked.month)),
        both_after=_by_state(Counter(alike)),
    )


def _by_state(counted: Mapping[State, int]) -> dict[str, int]:
    return {one: counted.get(one, 0) for one in STATES} | {"all": sum(counted.values())}


def _theirs(one: Listed) -> Theirs:
    return Theirs(number=one.number, line=one.line, state=one.state, month=one.month)


def _ours(one: Kept) -> Ours:
    return Ours(number=one.number, incident_id=one.incident_id, state=one.state, month=one.month)


def _differs(one: Listed, other: Kept, theirs: str, ours: str) -> Differs:
    return Differs(number=one.number, line=one.line, incident_id=other.incident_id, theirs=theirs, ours=ours)
