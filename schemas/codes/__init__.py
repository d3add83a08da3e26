"""Versioned code lists: every code travels as `<list>/<version>:<code>`, so that its meaning never drifts."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, StringConstraints

Model = TypeVar("Model", bound=BaseModel)

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+/[0-9]+:[A-Za-z0-9_-]+$", max_length=80)]
GivenCode = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9.-]+/[0-9]+:)?[A-Za-z0-9_-]+$", max_length=80)
]
"""A code as a caller may send it: in full, or bare, meaning the newest released list of its kind."""

KINDS = {
    "result": "revisit-result",
    "parties": "party-role",
    "role": "staff-role",
    "body": "referral-body",
}
"""Fields that are not called like the list they take their codes from."""
CODED = (
    "category",
    "channel",
    "severity",
    "method",
    "outcome",
    "result",
    "means",
    "reason",
    "support",
    "body",
    "counselling",
    "purpose",
    "aid",
)
"""Fields that hold codes, wherever they stand."""

FULL = re.compile(r"(?=.{1,80}$)[a-z0-9.-]+/[0-9]+:[A-Za-z0-9_-]{1,60}")
"""A code as it travels: what is otherwise could be looked up, and then not be said."""
HERE = Path(__file__).parent
NAMED = {
    "severity/1": frozenset(("ordinary", "prominent", "major")),
    "outcome/1": frozenset(("success", "failure")),
    "revisit-result/1": frozenset(("satisfied", "dissatisfied", "relapse", "refused", "unreachable")),
    "party-role/1": frozenset(("reporter",)),
}
"""What no locality can leave out that has a list of ours in words of its own."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """One released list; `codes` maps a code to its Chinese and English label."""

    id: str
    zh: str
    en: str
    codes: dict[str, tuple[str, str]]


class UnknownCode(ValueError):
    """A code that stands in none of the lists of its kind; the message lists what would be accepted."""


class UnknownCodes(ValueError):
    """Codes in fields of a request; `fields` pairs each field with what is wrong and what would be accepted."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in fields))
        self.fields = fields


def bare(code: str) -> str:
    """The code without its list: `severity/1:major` → `major`."""
    return code.rpartition(":")[2]


def load(*folders: Path) -> dict[str, CodeList]:
    """Every list of the product and of a locality's own folders, by id. Raises `ValueError` naming all wrong files."""
    lists: dict[str, CodeList] = {}
    errors: list[str] = []
    for folder in (HERE, *folders):
        paths = sorted(folder.glob("*.json"))
        if not paths:
            errors.append(f"{folder}: there is no code list (*.json) in it")
        found: dict[str, Path] = {}
        for path in paths:
            try:
                one = _fitting(path, found, lists)
            except ValueError as error:
                errors.append(str(error))
            else:
                lists[one.id] = one
    if errors:
        raise ValueError("\n".join(errors))
    return lists


def _fitting(path: Path, found: dict[str, Path], lists: dict[str, CodeList]) -> CodeList:
    """A list that fits those of its own folder, which are noted, and those of the folders before."""
    one = _read(path)
    if (first := found.setdefault(one.id, path)) != path:
        raise ValueError(f"{path}: {one.id} is in {first} already")
    if one.id in lists and (gone := NAMED.get(one.id, frozenset()) - one.codes.keys()):
        raise ValueError(f"{path}: the rules name these codes of {one.id}: {', '.join(sorted(gone))}")
    return one


def _read(path: Path) -> CodeList:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        codes = {code: (label["zh"], label["en"]) for code, label in raw["codes"].items()}
        one = CodeList(raw["id"], raw["zh"], raw["en"], codes)
        wrong = [code for code in codes or {"code": ("", "")} if not FULL.fullmatch(f"{one.id}:{code}")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a code list ({type(error).__name__}: {error})") from error
    if wrong:
        needed = "an id such as county.category/1, and codes of A-Z a-z 0-9 _ -"
        raise ValueError(f"{path}: not a code list ({needed}; it has {one.id}: {', '.join(wrong[:5])})")
    return one


def resolve(lists: dict[str, CodeList], kind: str, given: str) -> str:
    """The full code for `land` or `category/1:land`; a bare code means the newest released list of its kind.

    Raises `UnknownCode`. A locality's list counts as the kind when its id ends in it (`us-boston.category/1`).
    """
    if (found := find(lists, kind, given)) is not None:
        return found
    name, of_kind = given.rpartition(":")[0], _of_kind(tuple(lists), kind)
    known = [one for one in of_kind if name in ("", one)]
    accepted = ", ".join(sorted(code for one in known for code in lists[one].codes)[:20])
    raise UnknownCode(f"not a {kind} code of the lists in force; accepted: {accepted or 'none'}")


def find(lists: dict[str, CodeList], kind: str, given: str) -> str | None:
    """The full code as `resolve` gives it; None where no list of the kind has it."""
    name, _, code = given.rpartition(":")
    for one in _of_kind(tuple(lists), kind):
        if name in ("", one) and code in lists[one].codes:
            return f"{one}:{code}"
    return None


def of_kind(lists: dict[str, CodeList], kind: str) -> dict[str, tuple[str, str]]:
    """Every code of a kind with its label, as a bare code is looked up."""
    found: dict[str, tuple[str, str]] = {}
    for one in _of_kind(tuple(lists), kind):
        found = lists[one].codes | found
    return found


@lru_cache(maxsize=200)
def _of_kind(ids: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """The lists of a kind, in the order a bare code is looked up."""
    known = [one for one in ids if one.partition("/")[0].rpartition(".")[2] == kind]
    return tuple(sorted(known, key=lambda one: _newest_first(one, kind)))


def _newest_first(list_id: str, kind: str) -> tuple[bool, int]:
    """The product's own lists first, each kind's newest version before its older ones."""
    name, _, version = list_id.partition("/")
    return name != kind, -int(version)


def complete(lists: dict[str, CodeList], given: dict[str, str], prefix: str = "") -> dict[str, str]:
    """Every given code in full, by field name. Raises `UnknownCodes` with all fields that are wrong."""
    found: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for name, code in given.items():
        try:
            found[name] = resolve(lists, KINDS.get(name, name), code)
        except UnknownCode as error:
            wrong.append((prefix + name, str(error)))
    if wrong:
        raise UnknownCodes(wrong)
    return found


def completed(lists: dict[str, CodeList], model: Model, prefix: str = "") -> Model:
    """A copy of a model with the codes in its coded fields in full. Raises `UnknownCodes`."""
    given = {name: value for name, value in vars(model).items() if name in CODED and isinstance(value, str)}
    return model.model_copy(update=complete(lists, given, prefix)) if given else model
