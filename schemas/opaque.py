"""What must not stand where an opaque reference or a code is meant: a telephone or an identity number. Pure."""

import re
from collections.abc import Collection, Iterator

from pydantic import BaseModel

Place = tuple[int | str, ...]
"""A way down into a model: fields and indexes."""

NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:86)?1[3-9][0-9]{9}"
    r"|[1-9][0-9]{5}(?:19[0-9]{2}|200[0-9])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx])(?![0-9A-Za-z])"
)
"""A mobile telephone, or the identity number of a grown-up: a case number with the year 2026 in it is neither."""
SHORTEST = 11
"""Characters that such a number has at least."""
SAID = "looks like a telephone or identity number; people are opaque references here"


def telling(model: BaseModel, *, but: Collection[str] = (), apart: tuple[type, ...] = ()) -> Iterator[Place]:
    """Where such a number stands in a request or an event.

    `but` names fields that are meant for it, `apart` models that are looked at by themselves.
    """
    if not _somewhere(model):
        return
    for name, value in model.__dict__.items():
        if name not in but:
            yield from ((name, *place) for place in _in(value, apart))


def _somewhere(value: object) -> bool:
    """Whether there may be one at all: nearly always there is none, which is known sooner than where."""
    if isinstance(value, str):
        return len(value) >= SHORTEST and NUMBER.search(value) is not None
    if isinstance(value, BaseModel):
        value = value.__dict__.values()
    elif not isinstance(value, tuple | list):
        return False
    for one in value:  # noqa: SIM110 - a generator would cost as much as what it does
        if _somewhere(one):
            return True
    return False


def _in(value: object, apart: tuple[type, ...]) -> Iterator[Place]:
    match value:
        case str():
            if NUMBER.search(value):
                yield ()
        case BaseModel() if not isinstance(value, apart):
            yield from telling(value, apart=apart)
        case tuple() | list():
            for at, one in enumerate(value):
                yield from ((at, *place) for place in _in(one, apart))
        case _:
            pass
