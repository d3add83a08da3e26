"""A table that a spreadsheet opens: Chinese stays Chinese, a text is never computed, a number stays one."""

import csv
import io
from decimal import Decimal

import pytest

from doors.spreadsheet import BOM, defused, sheet


@pytest.mark.parametrize("text", ["=1+1", "+86", "-草场", "@sum", "＝1", " =1", "\u3000=1", "\t1", "−1"])
def test_what_a_spreadsheet_would_compute_stays_text(text):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["草场", "2026-W47", "1 = 1", "", "closure_rate@1"])
def test_other_text_stays_as_it_is(text):
    assert defused(text) == text


def test_numbers_keep_their_digits_and_their_sign_and_nothing_stays_empty():
    text = sheet(("数值 value", "名称, name"), [[Decimal("-96.70"), '=a"b'], [7, None]])

    assert text.startswith(BOM)
    assert list(csv.reader(io.StringIO(text.removeprefix(BOM)))) == [
        ["数值 value", "名称, name"],
        ["-96.70", "'=a\"b"],
        ["7", ""],
    ]


def test_a_line_end_of_any_kind_in_a_cell_begins_no_row_in_which_a_formula_could_stand_first():
    text = sheet(("a", "b"), [["x", f"y{end}=1+1"] for end in ("\r", "\n", "\r\n")])

    for found in (csv.reader(io.StringIO(text, newline="")), csv.reader(text.splitlines(keepends=True))):
        assert [row[0] for row in found][1:] == ["x"] * 3
