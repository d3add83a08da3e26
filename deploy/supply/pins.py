"""The lock files: which package in which version, and nothing else of them."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
RUN = PROJECT / "requirements-run.lock"
"""What an image runs."""
LOCKS = (PROJECT / "requirements.lock", RUN, PROJECT / "deploy" / "images" / "requirements-build.lock")
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


def pins(*files: Path) -> list[tuple[str, str]]:
    """Name and version of everything the files pin, each once, by name."""
    return sorted({pin for one in files for pin in _PIN.findall(one.read_text(encoding="utf-8"))})
