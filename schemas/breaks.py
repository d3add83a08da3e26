"""What would break a reader between two JSON Schemas of one event.

Both directions count: a reader of the old schema must read what is written now, and a reader of the new
one must read what was written before. So only what neither side can notice passes: notes, added optional
properties, and an alternative added to a union whose released readers take any other for unknown.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from schemas.shapes import NOTES, OTHERS, UNIONS, Schema, is_union, members, reference, resolved, spelled_out

UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
EXACT = ("pattern", "format", "multipleOf", "uniqueItems")
SHAPES = ("type", "const", "enum", "properties", "required", "items")
JUDGED = {*UPPER, *LOWER, *EXACT, *SHAPES, *UNIONS, *NOTES}
"""Keywords with a judge below; any other one may not change at all."""


Who = Literal["released readers", "readers from now on", "both"]
"""Readers of the released schema meet what is written from now on; readers from now on meet history."""
OLD: Who = "released readers"
NEW: Who = "readers from now on"


@dataclass(frozen=True, slots=True)
class Break:
    """Where the schemas part, what that does to a reader, and to which one."""

    path: str
    what: str
    who: Who = "both"


@dataclass(frozen=True, slots=True)
class Pair:
    """The old and the new schema of one place in the event; references lead into `roots`."""

    roots: tuple[Schema, Schema]
    old: Schema
    new: Schema
    path: str = ""
    entered: frozenset[tuple[str, str]] = frozenset()
    """References we are inside of: a schema may refer to itself."""

    def inner(self, old: object, new: object, step: str = "") -> "Pair":
        """Step further in, or stay with another reading of the same place; references are followed."""
        olds, news = resolved(self.roots[0], old), resolved(self.roots[1], new)
        return replace(self, old=olds, new=news, path=f"{self.path}{step}".lstrip("."))

    def says(self, what: str, who: Who = "both", step: str = "") -> Break:
        """Report a break at this place, or a step further in."""
        return Break(f"{self.path}{step}".lstrip("."), what, who)


def breaks(old: Schema, new: Schema) -> list[Break]:
    """List what a reader of `old` meeting new events, or of `new` meeting old ones, would stumble over."""
    return list(_compare(Pair((old, new), old, new), old, new))


def _compare(outer: Pair, old: object, new: object, step: str = "") -> Iterator[Break]:
    entering = (reference(old), reference(new))
    if all(entering) and entering in outer.entered:
        return
    pair = replace(outer.inner(old, new, step), entered=outer.entered | {entering})
    if "default" in pair.old and "default" in pair.new and pair.old["default"] != pair.new["default"]:
        yield pair.says("its default changed, so events written without it change their meaning")
    yield from _union(pair) if is_union(pair.old) or is_union(pair.new) else _plain(pair)


def _union(pair: Pair) -> Iterator[Break]:
    olds, news = members(pair.roots[0], pair.old), members(pair.roots[1], pair.new)
    nulls = (olds.pop("null", None) is not None, news.pop("null", None) is not None)
    if nulls == (True, False):
        yield pair.says("null is no longer allowed, and history may hold it", NEW)
    if nulls == (False, True):
        yield pair.says("null is now allowed, and a released reader refuses it", OLD)
    if len(olds) == len(news) == 1:
        (old,), (new,) = olds.values(), news.values()
        yield from _compare(pair, old, new)
        return
    for label in sorted(olds.keys() - news.keys()):
        yield pair.says(f"the alternative {label} was removed, and history may hold it", NEW)
    for label in sorted(news.keys() - olds.keys()):
        if OTHERS not in olds:
            yield pair.says(f"the alternative {label} was added, and a released reader refuses it", OLD)
    for label in sorted(olds.keys() & news.keys()):
        yield from _compare(pair, olds[label], news[label], f"<{label}>")


def _plain(pair: Pair) -> Iterator[Break]:
    old, new = (side.get("type", "anything") for side in (pair.old, pair.new))
    if old != new:
        yield pair.says(f"its type changed from {old} to {new}")
        return
    for judge in (_values, _limits, _exact, _properties, _items, _others):
        yield from judge(pair)


def _values(pair: Pair) -> Iterator[Break]:
    old, new = _allowed(pair.old), _allowed(pair.new)
    if old is None and new is not None:
        yield pair.says("its values were narrowed to a closed list, and history may hold others", NEW)
    elif new is None and old is not None:
        yield pair.says("its values are no longer a closed list, and a released reader refuses others", OLD)
    elif old is not None and new is not None:
        if "const" in pair.old and "const" in pair.new and old != new:
            yield pair.says(f"its constant changed from {old[0]} to {new[0]}")
            return
        for value in (value for value in old if value not in new):
            yield pair.says(f"the value {value} was removed, and history may hold it", NEW)
        for value in (value for value in new if value not in old):
            yield pair.says(f"the value {value} was added, and a released reader refuses it", OLD)


def _limits(pair: Pair) -> Iterator[Break]:
    for keyword in (*UPPER, *LOWER):
        old, new = pair.old.get(keyword), pair.new.get(keyword)
        if old == new:
            continue
        narrowed = old is None or (new is not None and (new < old) == (keyword in UPPER))
        who, whom = (
            (NEW, "history may lie outside it")
            if narrowed
            else (OLD, "a released reader refuses what it now lets through")
        )
        yield pair.says(f"its {keyword} changed from {_shown(old)} to {_shown(new)}, and {whom}", who)


def _exact(pair: Pair) -> Iterator[Break]:
    for keyword in EXACT:
        old, new = pair.old.get(keyword), pair.new.get(keyword)
        if old != new:
            who = OLD if new is None else "both"
            yield pair.says(f"its {keyword} changed from {_shown(old)} to {_shown(new)}", who)


def _properties(pair: Pair) -> Iterator[Break]:
    olds, news = pair.old.get("properties", {}), pair.new.get("properties", {})
    must, musts = set(pair.old.get("required", ())), set(pair.new.get("required", ()))
    for name in olds:
        if name not in news:
            yield pair.says("the property was removed", step=f".{name}")
            continue
        if name in must - musts:
            yield pair.says("it is no longer required, and a released reader needs it", OLD, f".{name}")
        if name in musts - must:
            yield pair.says("it became required, and history may lack it", NEW, f".{name}")
        yield from _compare(pair, olds[name], news[name], f".{name}")
    for name in sorted(news.keys() - olds.keys()):
        if name in musts:
            yield pair.says("the new property is required, and history lacks it", NEW, f".{name}")
        elif pair.old.get("additionalProperties") is False:
            yield pair.says("the property is new, and a released reader refuses it", OLD, f".{name}")


def _items(pair: Pair) -> Iterator[Break]:
    if "items" in pair.old and "items" in pair.new:
        yield from _compare(pair, pair.old["items"], pair.new["items"], "[]")
    elif "items" in pair.old or "items" in pair.new:
        yield pair.says("what its items may be changed")


def _others(pair: Pair) -> Iterator[Break]:
    for keyword in sorted((pair.old.keys() | pair.new.keys()) - JUDGED):
        old, new = (
            spelled_out(root, {keyword: side[keyword]}) if keyword in side else None
            for root, side in zip(pair.roots, (pair.old, pair.new), strict=True)
        )
        if old != new:
            yield pair.says(f"its {keyword} changed in a way this check cannot judge")


def _allowed(schema: Schema) -> list[str] | None:
    if "const" in schema:
        return [_shown(schema["const"])]
    return [_shown(value) for value in schema["enum"]] if "enum" in schema else None


def _shown(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
