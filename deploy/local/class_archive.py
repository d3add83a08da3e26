"""The broker's classes as Java reads them at once instead of checking each anew: a second less at every start."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def read(archive: Path) -> str:
    """The option of who reads an archive; Java passes over one that is not there, or is another Java's."""
    return f"-XX:SharedArchiveFile={archive}"


@contextmanager
def kept(archive: Path) -> Iterator[str]:
    """The option of who reads it, or, while there is none, of who makes it of the classes they needed.

    It gets its name when it is whole: Java would stumble over a part of one.
    """
    if archive.exists() or not os.access(archive.parent, os.W_OK):
        yield read(archive)
        return
    fresh = archive.with_suffix(f".{os.getpid()}")
    try:
        yield f"-XX:ArchiveClassesAtExit={fresh}"
        if fresh.exists():  # not every Java makes one
            fresh.replace(archive)
    finally:
        fresh.unlink(missing_ok=True)
