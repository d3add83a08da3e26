"""The file of refused rows beside the input: line, reason and case id, whole or not at all."""

import csv
import os
from collections import Counter
from pathlib import Path
from typing import TextIO

from doors.spreadsheet import defused
from policy.load import Refused

HEADER = ("line", "reason", "case_id")


class Refusals:
    """Collects refused rows; the file appears when `finish` is called, and replaces an older one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reasons: Counter[str] = Counter()
        self._partial = path.with_name(path.name + ".partial")
        try:
            self._file: TextIO = self._partial.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise Refused(
                f"{path.parent}: cannot write there ({error.strerror}); say where with --refused"
            ) from error
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(HEADER)

    def add(self, line: int, reason: str, case_id: str) -> None:
        """Notes a refused row; an id that a spreadsheet would compute stands behind an apostrophe."""
        self.reasons[reason] += 1
        self._writer.writerow((line, reason, defused(case_id)))

    def finish(self) -> None:
        """Puts the file in place."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.replace(self.path)

    def abandon(self) -> None:
        """Leaves an older file as it was."""
        self._file.close()
        self._partial.unlink(missing_ok=True)
