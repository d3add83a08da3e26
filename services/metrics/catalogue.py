"""The catalogue of figures: one file each, all of them checked at once, every error with its line."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from policy.lines import line_of, read
from policy.load import Refused, checked
from services.metrics.definition import Definition
from services.metrics.own import PRODUCT, Own

PRODUCTS = Path(__file__).parent / "definitions"
"""The figures of the product."""


class Unknown(ValueError):
    """There is no figure of these names."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


class Catalogue:
    """All definitions; read once, then asked by every request."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self.definitions = tuple(definitions)
        self._figures = lru_cache(16)(self._expanded)

    def figures(self, own: Own = PRODUCT) -> tuple[Definition, ...]:
        """One definition per figure of a locality, every version."""
        return self._figures(own)[0]

    def named(self, names: Iterable[str], own: Own = PRODUCT) -> tuple[Definition, ...]:
        """Figures by `id@version`, or `id` for the newest; with `each`, all that come of it. Raises `Unknown`."""
        known = self._figures(own)[1]
        wanted = list(names)
        if missing := [one for one in wanted if one not in known]:
            raise Unknown(missing)
        return tuple(dict.fromkeys(found for one in wanted for found in known[one]))

    def strange(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some names that no locality could have a figure of."""
        ids = {name for one in self.definitions for name in (one.id, one.key)}
        spread = tuple(one.id.removesuffix("each") for one in self.definitions if one.each)
        return tuple(one for one in names if one not in ids and not one.startswith(spread))

    def times(self, names: Iterable[str]) -> bool:
        """Whether there may be a duration among the figures of some names."""
        kept = [one for one in self.definitions if one.kind == "duration"]
        exactly = {name for one in kept for name in (one.id, one.key)}
        spread = tuple(one.id.removesuffix("each") for one in kept if one.each)
        return any(name in exactly or name.startswith(spread) for name in names)

    def _expanded(self, own: Own) -> tuple[tuple[Definition, ...], Mapping[str, tuple[Definition, ...]]]:
        by_name: dict[str, tuple[Definition, ...]] = {}
        every: list[Definition] = []
        for one in sorted(self.definitions, key=lambda one: (one.id, one.version)):
            found = one.figures(own)
            every += found
            by_name |= {one.id: found, one.key: found}  # the newest comes last
            by_name |= {name: (each,) for each in found for name in (each.id, each.key)}
        return tuple(every), by_name


def catalogue(own: Path | None = None) -> Catalogue:
    """The product's definitions, and those of a locality's folder. Raises `Refused` with every error of all files."""
    errors: list[str] = []
    found: dict[str, tuple[Path, Definition]] = {}
    for path in (*_files(PRODUCTS, errors), *(_files(own, errors) if own else ())):
        try:
            one = checked(path, Definition)
        except Refused as error:
            errors.append(str(error))
            continue
        errors += _misnamed(path, one)
        first, _ = found.setdefault(one.key, (path, one))
        if first != path:
            errors.append(_at(path, "version", f"{first} has this figure; a change is a new version"))
    errors += _mistaken(found.values())
    if errors:
        raise Refused("\n".join(errors))
    return Catalogue(one for _, one in found.values())


def _files(folder: Path, errors: list[str]) -> list[Path]:
    try:
        files = sorted(one for one in folder.iterdir() if not one.name.startswith("."))
    except OSError as error:
        errors.append(f"{folder}: cannot be read: {error}")
        return []
    return files


def _misnamed(path: Path, one: Definition) -> list[str]:
    name = f"{one.key}.yaml"
    return [] if path.name == name else [_at(path, "id", f"the file must be called {name}")]


def _mistaken(found: Iterable[tuple[Path, Definition]]) -> list[str]:
    """A figure whose id one of another definition could have as well would stand there twice."""
    every = list(found)
    spread = [one.id for _, one in every if one.each]
    return [
        _at(path, "id", f"is taken for one of {taken}")
        for path, one in every
        for taken in spread
        if one.id != taken and one.id.startswith(taken.removesuffix("each"))
    ]


def _at(path: Path, field: str, what: str) -> str:
    return f"{path}:{line_of(read(path)[1], (field,))}: {field}: {what}"
