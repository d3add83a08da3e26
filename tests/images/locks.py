"""Lock files taken apart, and what a set of packages needs by the metadata of what is installed."""

import re
from importlib.metadata import requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pins(text):
    """The version and the hashes of every package, by its name."""
    joined = re.sub(r"\\\n\s*", "", text)
    found = {}
    for line in joined.splitlines():
        if line and not line.lstrip().startswith("#"):
            name, version = re.match(r"([\w.-]+)==(\S+)", line).groups()
            found[name] = (version, frozenset(re.findall(r"sha256:[0-9a-f]{64}", line)))
    return found


def needed(dependencies):
    """Everything that has to be installed for these, on this machine, by name."""
    found, left = set(), [Requirement(one) for one in dependencies]
    while left:
        one = left.pop()
        name = canonicalize_name(one.name)
        asked = {(name, extra) for extra in (*one.extras, "")}
        for known in asked - found:
            found.add(known)
            left += [
                inner
                for inner in map(Requirement, requires(name) or ())
                if inner.marker is None or inner.marker.evaluate({"extra": known[1]})
            ]
    return {name for name, _ in found}
