"""Refuse a change of an event or a code list that would break a reader of a released version.

`python -m schemas.compatibility` compares the models with `schemas/released` and exits 1 when something
breaks; with `--release` it adds what is new and compatible to the release, and nothing when something breaks.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas import codes
from schemas.breaks import OLD, breaks
from schemas.generate import dump_json, event_schemas
from schemas.shapes import Schema
from schemas.topics import EVENTS, FLOWS

RELEASED = Path(__file__).parent / "released"
OTHERS_WRITE = frozenset(
    name
    for name, event in EVENTS.items()
    if all(flow.writer == "partners" for flow in FLOWS if event in flow.events)
)
"""Types that only other systems write. We alone read them, so more may be let in than was: that breaks no writer."""


@dataclass(frozen=True, slots=True)
class Release:
    """Every event's JSON Schema by its type, and every code list by its id, as its file has it."""

    events: dict[str, Schema]
    lists: dict[str, dict[str, Any]]


def current() -> Release:
    """Take what the models and the code lists say now."""
    return Release(event_schemas(), _lists(codes.HERE))


def read(root: Path) -> Release:
    """Read what has been released."""
    events = {path.name.removesuffix(".json"): _json(path) for path in sorted(root.glob("*.json"))}
    return Release(events, _lists(root / "codes"))


def findings(released: Release, now: Release) -> list[str]:
    """Say one sentence for each thing that breaks a reader: where, what, and what to do instead."""
    return [*_event_findings(released.events, now.events), *_list_findings(released.lists, now.lists)]


def unreleased(released: Release, now: Release) -> list[str]:
    """Name the event types and code lists that nobody outside may rely on yet."""
    return sorted((now.events.keys() - released.events.keys()) | (now.lists.keys() - released.lists.keys()))


def write(root: Path, now: Release) -> None:
    """Make `now` the release; the caller has made sure that it breaks nobody."""
    texts = {root / f"{name}.json": dump_json(schema) for name, schema in now.events.items()}
    texts |= {root / "codes" / f"{_stem(name)}.json": dump_json(one) for name, one in now.lists.items()}
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def successor(name: str) -> str:
    """Name the next version of a type or a code list: `incident.opened.v1` → `incident.opened.v2`."""
    return re.sub(r"\d+$", lambda found: str(int(found[0]) + 1), name)


def _event_findings(released: dict[str, Schema], now: dict[str, Schema]) -> Iterator[str]:
    for name, old in released.items():
        if name not in now:
            yield f"{name}: the released type is gone; keep it, and publish {successor(name)} beside it."
            continue
        for one in breaks(old, now[name]):
            if one.who == OLD and name in OTHERS_WRITE:
                continue
            where = one.path or "the event"
            yield f"{name}: {where}: {one.what}; undo it, or publish {successor(name)} beside it."


def _list_findings(released: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, old in released.items():
        if name not in now:
            yield f"{name}: the released code list is gone; keep it, and publish {successor(name)} beside it."
            continue
        for code in old["codes"]:
            if code not in now[name]["codes"]:
                yield (
                    f"{name}: {code}: the released code was removed, and history may hold it; "
                    f"keep it, or publish {successor(name)} beside it."
                )


def _lists(folder: Path) -> dict[str, dict[str, Any]]:
    return {(one := _json(path))["id"]: one for path in sorted(folder.glob("*.json"))}


def _json(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def _stem(list_id: str) -> str:
    return list_id.replace("/", "-")


def main(arguments: Sequence[str] | None = None, root: Path = RELEASED) -> int:
    """Run the command; the exit status is 1 when something breaks a reader or nothing has been released."""
    parser = argparse.ArgumentParser(prog="python -m schemas.compatibility", description=__doc__)
    parser.add_argument(
        "--release", action="store_true", help="add what is new and compatible to the release"
    )
    release = parser.parse_args(arguments).release
    released, now = read(root), current()
    found = findings(released, now)
    if not release and not released.events:
        found.append("Nothing is released: run `python -m schemas.compatibility --release`.")
    sys.stdout.writelines(f"{line}\n" for line in found)
    if found:
        return 1
    if release:
        write(root, now)
    fresh = ", ".join(unreleased(released, now))
    sys.stdout.write(f"{'Released' if release else 'Not released yet'}: {fresh}.\n" if fresh else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
