"""What of a data folder is readable by its owner only: secrets, written once and whole, and what others sent."""

import os
from collections.abc import Callable
from pathlib import Path


def write_once(path: Path, content: Callable[[], bytes]) -> bytes:
    """The file's bytes; made with mode 0600 and flushed to disk if it is not there yet."""
    if path.exists():
        return path.read_bytes()
    write(path, fresh := content())
    return fresh


def write(path: Path, content: bytes) -> None:
    """Replace the file as a whole, with mode 0600; a crash leaves the old one or the new one."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def folder(path: Path) -> Path:
    """The folder, made if it is not there, which no other account of the machine may enter."""
    path.mkdir(exist_ok=True)
    path.chmod(0o700)
    return path
