"""An area to narrow a list by must be one that exists: a slip of the pen is not the same as nothing found."""

from collections.abc import Mapping

from doors.gate import within, yours
from doors.problems import Problem

NOWHERE = "-"
"""The beginning of no area's code."""


def check_area(given: str | None, registry: Mapping[str, object] | None) -> None:
    """Raises `Problem` 422 for an area the registry does not know, where there is one; a grid counts as its village."""
    if given is None or registry is None or given in registry or given[:12] in registry:
        return
    raise unknown_area()


def looked_in(given: str | None, registry: Mapping[str, object] | None) -> str | None:
    """The area a list is narrowed to: never more than the caller's own with all below it.

    One that is not the caller's is like one that does not exist. Raises `Problem`.
    """
    check_area(given, registry)
    mine = within()
    if mine is None or given is None:
        return mine or given
    if yours(given):
        return given
    if registry is None:
        return NOWHERE
    raise unknown_area()


def unknown_area() -> Problem:
    """422, naming the field."""
    fields = [("query.area", "is not in the registry of areas")]
    return Problem(422, "unknown-area", "There is no such area.", zh="区划代码不在名录中", fields=fields)
