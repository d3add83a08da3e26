"""Which methods an address takes: a request with another is told that before what is wrong with its body."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

FILES = frozenset({"GET", "HEAD"})
"""What may be done with a folder of files."""


def methods_of(routes: Sequence[BaseRoute], scope: Scope) -> frozenset[str]:
    """Every method of the address asked for, over all routes that have it; none where there is no such address."""
    found: set[str] = set()
    for route in routes:
        match, _ = route.matches(scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or FILES
    return frozenset(found)
