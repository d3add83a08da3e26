"""Reads a CSV file of past cases line by line, plain or gzip, however large it is."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from cli.importing.mapping import CaseMapping
from policy.load import Refused

GZIP = b"\x1f\x8b"
LONGEST_CELL = 1_048_576
LONGEST_LINE = 4 * LONGEST_CELL
"""Longer ones are no rows, and a small compressed file may hold one that no memory does."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line it begins on; `broken` says why its cells cannot be told apart."""

    line: int
    cells: dict[str, str]
    broken: str | None = None


class Source:
    """An open file; `position` of `size` bytes have been read, compressed or not."""

    def __init__(self, path: Path, mapping: CaseMapping) -> None:
        self._path = path
        self._mapping = mapping
        try:
            self._raw = path.open("rb")
            self.size = path.stat().st_size
        except OSError as error:
            raise Refused(f"{path}: cannot be read: {error.strerror}") from error

    @property
    def position(self) -> int:
        """How many bytes of the file have been read; all, once it is closed: whoever has read its end has closed it."""
        return self.size if self._raw.closed else self._raw.tell()

    def close(self) -> None:
        """Closes the file."""
        self._raw.close()

    def rows(self) -> Iterator[Row]:
        """Every row with its line. Raises `Refused` for a header without the mapping's columns, or a torn file."""
        csv.field_size_limit(LONGEST_CELL)
        try:
            yield from self._rows()
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Refused(f"{self._path}: the compressed file is damaged: {error}") from error
        except csv.Error as error:  # of any other line it refuses that row alone
            raise Refused(f"{self._path}:1: the line with the names of the columns is not CSV") from error

    def _rows(self) -> Iterator[Row]:
        zipped = self._raw.read(2) == GZIP
        self._raw.seek(0)
        # A byte that is not text must not stop the file: it matters only if a column we read has it.
        binary = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if zipped else self._raw
        text = io.TextIOWrapper(binary, encoding=self._mapping.encoding, errors="replace", newline="")
        reader = csv.reader(_lines(text), delimiter=self._mapping.delimiter)
        header = self._header(next(reader, []))
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(line, {}, "unreadable-row")
                continue
            if cells:
                broken = None if len(cells) == len(header) else "wrong-number-of-columns"
                yield Row(line, dict(zip(header, cells, strict=False)), broken)

    def _header(self, cells: list[str]) -> list[str]:
        header = [one.strip() for one in cells]
        errors = [
            f"{self._path}:1: there is no column {name!r} (named by {place} of the mapping)"
            for name, place in self._mapping.named_columns().items()
            if name not in header
        ]
        if errors:
            raise Refused("\n".join(errors))
        return header


def _lines(text: TextIO) -> Iterator[str]:
    """The lines of a file; in place of one that is too long something that cannot be read either."""
    while line := text.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            yield line
            continue
        while (rest := text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass
        yield "x" * (LONGEST_CELL + 1) + "\n"
