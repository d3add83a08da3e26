"""Acting without a network: what it was based on, what somebody changed meanwhile, and that it was done."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from schemas.base import Actor, Event, IncidentId, Reference

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
Value = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@/-]{1,80}$")]
"""A code or a reference; null: nothing was there."""


class Belief(BaseModel):
    """One field as somebody saw it, because what they did depends on it; a code may be bare."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    field: FieldName
    value: Value | None = None


class Difference(BaseModel):
    """One field that is otherwise than somebody believed, with both values."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    field: FieldName
    expected: Value | None = None
    found: Value | None = None


Basis = tuple[Belief, ...]
Differences = tuple[Difference, ...]


class ActionDone(Event):
    """An action whose sender wanted to hear of it was done; what it did is said by events of its own."""

    type: ClassVar[str] = "action.done.v1"
    incident_id: IncidentId
    occurred_at: AwareDatetime
    actor: Actor
    action: str
    source: str | None = None
    reference: Reference


def changed(believed: Basis, actual: Mapping[str, str | None]) -> Differences:
    """The fields that are otherwise than was believed. Raises `KeyError` for a field nobody can believe in."""
    return tuple(
        Difference(field=one.field, expected=one.value, found=actual[one.field])
        for one in believed
        if not _same(one.value, actual[one.field])
    )


def _same(believed: str | None, actual: str | None) -> bool:
    if believed is None or actual is None or ":" in believed:
        return believed == actual
    return believed in {actual, actual.rpartition(":")[2]}
