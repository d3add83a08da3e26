"""CSV that a spreadsheet opens as it is meant: Chinese stays Chinese, and no text becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal | None
BOM = "\ufeff"
"""Without it a spreadsheet takes the Chinese for another encoding."""
FORMULA = r"^[\s\u00a0\u3000\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]|^[\t\r\n]"
"""What a spreadsheet may take for a formula: its first signs in all widths, also behind blanks; tab and line ends."""


def defused(text: str) -> str:
    """With an apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if re.match(FORMULA, text) else text


def line(cells: Sequence[str]) -> str:
    """One line, as it is."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def sheet(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A whole file; numbers are written as they are, texts defused, and what is not there stays empty."""
    cells = ([_cell(one) for one in row] for row in rows)
    return BOM + "".join(map(line, (headings, *cells)))


def _cell(value: Cell) -> str:
    return defused(value) if isinstance(value, str) else "" if value is None else str(value)
