"""Which release of the program runs."""

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """As it was installed; from a tree that never was, `unreleased`."""
    try:
        return metadata.version("fengqiao")
    except metadata.PackageNotFoundError:
        return "unreleased"
