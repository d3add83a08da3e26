"""CSV in, XLSX out, a row at a time: a process of its own, so that a long ledger costs the service's loop nothing.

The library makes the workbook (sheets, headings, widths, printing); only the rows are written here, straight into the
archive that leaves on standard output. Every cell is typed as text, so that nothing in it is ever computed.
"""

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO, TextIOWrapper
from itertools import chain, islice
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

from services.routing.ledger import COLUMNS

LINES = 500_000
"""Rows of one sheet: a spreadsheet takes twice as many, and no part of the archive reaches the 2 GiB it may have."""
AT_ONCE = 500
SPEED = 1
"""Of compression; the sheets are so repetitive that more effort gains little."""
LETTERS = [chr(ord("A") + at) for at in range(len(COLUMNS))]
ROW = '<row r="{0}">' + "".join(
    f'<c r="{one}{{0}}" t="inlineStr"><is><t xml:space="preserve">{{{at}}}</t></is></c>'
    for at, one in enumerate(LETTERS, 1)
) + "</row>"  # fmt: skip
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
BETWEEN = "\ud800"
"""Half of a sign: text that was read as UTF-8 never has one."""


def main() -> None:
    """Standard input to standard output; an input that ends early is the caller's to notice."""
    with TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="") as text:
        write(csv.reader(text), sys.stdout.buffer)


def write(rows: Iterator[list[str]], out: IO[bytes]) -> None:
    """A workbook of all rows, the first of which has the headings; as many sheets as are needed."""
    heading = next(rows)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=SPEED) as archive:
        number = 0
        while (first := next(rows, None)) is not None or number == 0:
            number += 1
            begin, end = _around(heading, number)
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
                sheet.write(begin)
                for piece in _rows(chain([first] if first else [], islice(rows, LINES - 1))):
                    sheet.write(piece)
                sheet.write(end)
        for name, content in _frame(heading, number).items():
            if not name.startswith("xl/worksheets/"):
                archive.writestr(name, content)


def _rows(rows: Iterator[list[str]]) -> Iterator[bytes]:
    number = 2
    while some := list(islice(rows, AT_ONCE)):
        yield "".join([ROW.format(at, *_escaped(row)) for at, row in enumerate(some, number)]).encode()
        number += len(some)


def _escaped(row: Sequence[str]) -> list[str]:
    """A row's cells as XML; what XML cannot hold is written as spreadsheets write it."""
    joined = BETWEEN.join(row)
    if CONTROL.search(joined):
        joined = BETWEEN.join([CONTROL.sub(lambda one: f"_x{ord(one[0]):04X}_", cell) for cell in row])
    return joined.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split(BETWEEN)


def _around(heading: Sequence[str], number: int) -> tuple[bytes, bytes]:
    """What stands before and after the rows of a sheet. Its extent is left out, since it is not known yet."""
    sheet = _frame(heading, number)[f"xl/worksheets/sheet{number}.xml"]
    begin, middle, end = re.sub(rb"<dimension [^>]*/>", b"", sheet).partition(b"</sheetData>")
    return begin, middle + end


def _frame(heading: Sequence[str], sheets: int) -> dict[str, bytes]:
    """The parts of a workbook of so many sheets that have headings and no rows."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        for number in range(1, sheets + 1):
            sheet = book.add_worksheet(f"台账 {number}")
            for at, (name, (_, _, width)) in enumerate(zip(heading, COLUMNS, strict=True)):
                sheet.set_column(at, at, width, text)
                sheet.write_string(0, at, name, bold)
            sheet.freeze_panes(1, 1)
            sheet.repeat_rows(0)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer("&C&P / &N")
    with ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


if __name__ == "__main__":
    main()
