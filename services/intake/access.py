"""Who may read which personal data for what, and how much of it is shown. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from schemas.codes import bare

FIELDS = ("name", "telephone", "address", "identity_number", "description", "note")
"""What there is in a vault, by its last word: `p1.telephone` is a telephone."""
REACH = frozenset({"name", "telephone"})
TOLD = frozenset({"description", "note"})
ALL = frozenset(FIELDS)
GRANTED: Mapping[str, frozenset[str]] = {
    "contact": REACH,
    "visit": REACH | {"address"},
    "handling": REACH | TOLD | {"address"},
    "legal-request": ALL,
    "subject-request": ALL,
}
"""Purpose, bare → what is needed for it and no more."""
HIDDEN = "****"
_FIELD = re.compile(rf"(p[1-9][0-9]?\.)?({'|'.join(FIELDS)})")


def is_field(name: str) -> bool:
    """Whether this is how a field is called; nothing else is repeated anywhere."""
    return _FIELD.fullmatch(name) is not None


def kind_of(field: str) -> str:
    """`p1.telephone` → `telephone`."""
    return field.rpartition(".")[2]


def not_granted(purpose: str, wanted: Collection[str]) -> list[str]:
    """Those of the fields asked for that this purpose does not need, or that do not exist."""
    allowed = GRANTED.get(bare(purpose), frozenset())
    return sorted({one for one in wanted if kind_of(one) not in allowed})


def chosen(there: Iterable[str], wanted: Collection[str]) -> list[str]:
    """Of the fields there are, those asked for: `telephone` means everybody's, `p1.telephone` one person's."""
    return [one for one in there if one in wanted or kind_of(one) in wanted]


def masked(field: str, said: str) -> str:
    """What is left to recognise something that is known already, and no more."""
    return _MASKS[kind_of(field)](said) if kind_of(field) in _MASKS else HIDDEN


def _name(said: str) -> str:
    return f"{said[:1]}**" if len(said) > 1 else HIDDEN


def _telephone(said: str) -> str:
    digits = re.sub(r"[^0-9]", "", said)
    if len(digits) >= 11:  # noqa: PLR2004
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    return f"{HIDDEN}{digits[-2:]}" if len(digits) >= 7 else HIDDEN  # noqa: PLR2004


def _address(said: str) -> str:
    if len(said) > 12:  # noqa: PLR2004
        return f"{said[:6]}{HIDDEN}"
    return f"{said[:2]}{HIDDEN}" if len(said) > 4 else HIDDEN  # noqa: PLR2004


def _identity_number(said: str) -> str:
    return f"{said[:1]}{HIDDEN}{said[-2:]}" if len(said) >= 15 else HIDDEN  # noqa: PLR2004


_MASKS: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "telephone": _telephone,
    "address": _address,
    "identity_number": _identity_number,
}
