"""Whatever stands in a cell, a spreadsheet computes nothing of it, and reads what is harmless as it was."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.download import attachment
from doors.spreadsheet import BOM, defused, sheet

BLANKS = [
    *map(chr, range(1, 33)), *map(chr, range(127, 161)),
    *"\u00ad\u1680\u180e\u2002\u200b\u200e\u2028\u202e\u205f\u2060\u2067\u3000\ufeff",
]  # fmt: skip
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫−"
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
LED = st.builds("".join, st.tuples(st.text(st.sampled_from(BLANKS)), st.sampled_from(SIGNS), TEXTS))


@given(LED)
def test_a_sign_of_a_formula_behind_whatever_nobody_sees_is_defused(text):
    assert defused(text) == f"'{text}"


@given(TEXTS | LED)
def test_nothing_is_changed_but_by_an_apostrophe_before_it_and_nothing_harmless_at_all(text):
    seen = "".join(one for one in text if unicodedata.category(one)[0] not in "ZC")

    assert defused(text) in {text, f"'{text}"}
    if seen[:1].isalnum() and text[:1] not in tuple("\t\r\n"):
        assert defused(text) == text


@given(TEXTS)
def test_what_was_defused_once_is_harmless(text):
    assert defused(defused(text)) == defused(text)


@given(st.lists(st.lists(TEXTS | LED | st.integers() | st.none(), min_size=2, max_size=4), max_size=6))
def test_a_file_has_its_rows_and_cells_again_whatever_they_say(rows):
    text = sheet(("标题 heading", "另一 another"), rows)

    read = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert read[1:] == [
        [defused(one) if isinstance(one, str) else "" if one is None else str(one) for one in row]
        for row in rows
    ]


@given(TEXTS)
def test_the_name_of_a_file_ends_no_header_leads_nowhere_and_is_kept_not_shown(name):
    said = attachment(name)

    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9_@-][A-Za-z0-9._@-]*"', said)


@pytest.mark.parametrize(
    "name", ["ledger-village-20260901-20260930.xlsx", "ranking-closure_rate@1-620522-2026-W47.csv"]
)
def test_the_names_of_our_files_stay_as_they_are(name):
    assert attachment(name) == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "../../etc/passwd", "a\r\nset-cookie: x", "", "台账", "..."]
)
def test_a_name_that_would_lead_elsewhere_is_taken_apart(name):
    assert attachment(name).count('"') == 2
    assert not set(attachment(name)[len('attachment; filename="') :]) & set("/\\\r\n;")
