"""Ends of audits as this machine saw them: who puts an older end back into a database cannot put it back here."""

import fcntl
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from deploy.local import private_file
from services.intake.chain import Head

WRITTEN = re.compile(r"(\d{1,18}):([0-9a-f]{64})?")


def read(text: str) -> Head | None:
    """An end as it is written, NUMBER:HASH; None when it is not."""
    found = WRITTEN.fullmatch(text.strip())
    return None if found is None else Head(int(found[1]), bytes.fromhex(found[2] or ""))


def written(end: Head) -> str:
    """An end as it is read again."""
    return f"{end.number}:{end.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Notes:
    """A file for each audit, which is known by the key that signs it: of another database nothing is expected."""

    folder: Path
    name: str
    key: bytes

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.name}-{hashlib.sha256(self.key).hexdigest()[:12]}"

    def seen(self) -> Head | None:
        """The end that was noted the last time; None where none was, or no end of a chain that had begun."""
        end = read(self._file.read_text()) if self._file.exists() else None
        return end if end is not None and end.number else None

    def note(self, end: Head) -> None:
        """Notes an end, unless a later one was noted meanwhile, by who walked beside us. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = os.open(private_file.folder(self.folder), os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            if (seen := self.seen()) is None or seen.number < end.number:
                private_file.write(self._file, written(end).encode())
        finally:
            os.close(held)
