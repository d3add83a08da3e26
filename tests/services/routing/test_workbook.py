"""XLSX in a stream: all rows on as many sheets as needed, every cell text, nothing computed, constant memory."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.routing import workbook
from services.routing.ledger import COLUMNS, headings

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADING = headings(ZoneInfo("Asia/Shanghai"))


class Outwards(io.RawIOBase):
    """Takes bytes and cannot go back, like a pipe."""

    def __init__(self):
        self.taken = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.taken += piece
        return len(piece)


def a_row(**changes):
    row = [f"cell {at}" for at in range(len(COLUMNS))]
    for at, value in changes.items():
        row[int(at[1:])] = value
    return row


def written(*rows):
    out = Outwards()
    workbook.write(iter([HEADING, *rows]), out)
    return bytes(out.taken)


def opened(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_the_headings_are_chinese_first_and_the_rows_follow_in_order():
    sheets = opened(written(a_row(c0="一"), a_row(c0="二")))

    assert list(sheets) == ["台账 1"]
    heading, *rows = sheets["台账 1"]
    assert heading == HEADING
    assert all(name[0] > "一" for name in heading)
    assert [row[0] for row in rows] == ["一", "二"]


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "12", "2026-01-01", "TRUE", "https://a.example", "<b>&\"'", " x ",
     "{0}", "%s"],
)  # fmt: skip
def test_every_cell_is_the_text_it_was_and_typed_as_text(value):
    content = written(a_row(c3=value))

    book = openpyxl.load_workbook(io.BytesIO(content))
    cell = book.worksheets[0].cell(2, 4)
    assert (cell.value, cell.data_type) in {(value, "s"), (value, "inlineStr")}
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_what_xml_cannot_hold_does_not_break_the_file():
    [[_, cell]] = [[row[0] for row in rows] for rows in opened(written(a_row(c0="a\x01b\x0bc"))).values()]

    assert cell.replace("_x0001_", "\x01").replace("_x000B_", "\x0b") == "a\x01b\x0bc"


def test_what_looks_like_an_escape_is_escaped_itself():
    sheet = zipfile.ZipFile(io.BytesIO(written(a_row(c0="_x0041_")))).read("xl/worksheets/sheet1.xml")

    assert b">_x005F_x0041_<" in sheet


def read_back(cell):
    """As a spreadsheet reads it: what XML cannot hold stands there by its number."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda one: chr(int(one[1], 16)), cell)


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=len(COLUMNS), max_size=len(COLUMNS))
)
@example([f"{chr(at)}\ufffe\uffff_x0041_]]>" for at in range(len(COLUMNS))])
def test_whatever_stands_in_a_row_the_sheet_is_xml_every_cell_is_text_and_says_the_same(row):
    sheet = zipfile.ZipFile(io.BytesIO(written(row))).read("xl/worksheets/sheet1.xml")

    cells = ET.fromstring(sheet).findall(f".//{{{MAIN}}}row")[1].findall(f"{{{MAIN}}}c")
    assert {one.get("t") for one in cells} == {"inlineStr"}
    assert [read_back("".join(one.itertext())) for one in cells] == row
    assert not list(ET.fromstring(sheet).iter(f"{{{MAIN}}}f"))


@pytest.mark.parametrize(("rows", "sheets"), [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_what_does_not_fit_on_one_sheet_goes_on_the_next_with_the_headings_again(monkeypatch, rows, sheets):
    monkeypatch.setattr(workbook, "LINES", 3)

    found = opened(written(*[a_row(c0=str(at)) for at in range(rows)]))

    assert [len(one) - 1 for one in found.values()] == sheets
    assert all(one[0] == HEADING for one in found.values())
    assert [row[0] for one in found.values() for row in one[1:]] == [str(at) for at in range(rows)]


def test_a_file_that_broke_off_cannot_be_opened():
    content = written(*[a_row()] * 2000)

    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(content[: len(content) * 9 // 10]))


@pytest.mark.wide
def test_rows_leave_while_others_are_still_to_come():
    out, seen = Outwards(), []

    def rows():
        yield HEADING
        for at in range(40_000):
            if at % 10_000 == 9_999:
                seen.append(len(out.taken))
            yield a_row(c0=str(at))

    workbook.write(rows(), out)

    assert 0 < seen[0] < seen[1] < seen[2]
