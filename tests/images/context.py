"""What of a folder a build may see, by its .dockerignore: the last line that fits decides."""

import re
from pathlib import PurePosixPath


def lines(text):
    """The rules in order: whether one lets in again, and its pattern."""
    kept = (line.strip() for line in text.splitlines())
    return [
        (line.startswith("!"), line.removeprefix("!")) for line in kept if line and not line.startswith("#")
    ]


def allowed(path, rules):
    """Whether a build sees the file; a rule about a folder is one about all in it."""
    seen = True
    places = [
        str(PurePosixPath(*PurePosixPath(path).parts[:n]))
        for n in range(1, len(PurePosixPath(path).parts) + 1)
    ]
    for again, pattern in rules:
        if any(_shape(pattern).fullmatch(place) for place in places):
            seen = again
    return seen


def _shape(pattern):
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    cut = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(parts.get(one, re.escape(one)) for one in cut))
