"""Under which licence each package of an image is, and whether we allow it: ``python -m deploy.supply.licences``."""

import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import NamedTuple

import yaml

from deploy.supply.pins import RUN, pins

FILE = Path(__file__).with_name("licences.yaml")


class Terms(NamedTuple):
    """What we allow, by SPDX name, and what packages call it that use no SPDX name."""

    allowed: frozenset[str]
    words: Mapping[str, str]


def terms(file: Path = FILE) -> Terms:
    """What stands in the file."""
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Terms(frozenset(said["allowed"]), said["words"])


def licence(name: str, words: Mapping[str, str]) -> str | None:
    """What a package here says it is under: an SPDX expression where it has one; None where it is not installed."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return None
    if "License-Expression" in about:
        return about["License-Expression"]
    kinds = [
        one.rpartition("::")[2].strip() for one in about.get_all("Classifier") or () if "License ::" in one
    ]
    said = about["License"] if "License" in about else " AND ".join(kinds)
    return words.get(said, said)


def allows(expression: str, allowed: Iterable[str]) -> bool:
    """Whether one way through an expression is allowed whole; what has brackets or exceptions is read by a person."""
    ways = re.split(r"\s+OR\s+", expression)
    return any(all(one in allowed for one in re.split(r"\s+AND\s+", way)) for way in ways)


def main() -> int:
    """Prints each package with its licence; 1 where one is not allowed."""
    agreed, refused = terms(), False
    for name, version in pins(RUN):
        found = licence(name, agreed.words)
        wrong = found is not None and not allows(found, agreed.allowed)
        refused |= wrong
        told = (
            "not installed here, so not judged"
            if found is None
            else found.partition("\n")[0] or "says nothing"
        )
        sys.stdout.write(f"{name} {version}: {told}{'  ← NOT ALLOWED' if wrong else ''}\n")
    if refused:
        sys.stderr.write(f"read it, then decide: {FILE.name} says what is allowed, and why\n")
    return int(refused)


if __name__ == "__main__":
    sys.exit(main())
