"""CSV that a spreadsheet opens as it is meant: Chinese stays Chinese, and no text becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal | None
BOM = "\ufeff"
"""Without it a spreadsheet takes the Chinese for another encoding."""
_BLANK = r"\u0001-\u0020\u007f-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
"""Blanks, and what nobody sees: named one by one, as engines differ in what they take for a blank."""
_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
FORMULA = rf"^[{_BLANK}]*[{_SIGNS}]|^[\t\r\n]"
"""What a spreadsheet may take for a formula: its first signs in all widths, also behind blanks; tab and line ends."""


def defused(text: str) -> str:
    """With an apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if re.match(FORMULA, text) else text


def line(cells: Sequence[str]) -> str:
    """One line, as it is."""
    text = io.StringIO()
    # the writer quotes what its line ends are made of: with one sign only, the other would begin a row in a cell
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def sheet(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A whole file; numbers are written as they are, texts defused, and what is not there stays empty."""
    cells = ([_cell(one) for one in row] for row in rows)
    return BOM + "".join(map(line, (headings, *cells)))


def _cell(value: Cell) -> str:
    return defused(value) if isinstance(value, str) else "" if value is None else str(value)
