"""A file of contacts is judged whole: every error with line and field, no personal data in it, none repeated."""

from datetime import date

import pytest

from policy.load import areas
from schemas.codes import load
from services.routing.registry_csv import MOST_LINES, Known, read
from tests.builders import ROOT

KNOWN = Known(load(), areas(ROOT / "policy" / "areas-620522.csv"))
HEAD = "reference,kind,role,area,valid_from,valid_until,capacity,name\n"
PRIVATE = ("张三", "13912345678", "62052219700101123X", "09386523456", "110101")
GOOD = "o-1,person,officer,620522100001,2026-01-01,2026-12-31,5,\n"


def judged(text, known=KNOWN):
    raw = text if isinstance(text, bytes) else text.encode()
    return read(raw, known)


def wrong(text):
    """The fields that are wrong, by line."""
    _, errors = judged(text)
    return [(one.line, one.field) for one in errors]


def test_a_good_file_is_read_with_its_lines():
    [(line, entry)], errors = judged("\ufeff" + HEAD + GOOD)

    assert (line, errors) == (2, [])
    assert (entry.reference, entry.kind, entry.role) == ("o-1", "person", "contact-role/1:officer")
    assert (entry.valid_from, entry.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (entry.area, entry.capacity, entry.name) == ("620522100001", 5, None)


def test_it_may_be_written_in_chinese_and_in_any_order_of_columns():
    text = "区划代码,引用,类别,角色,生效日期,单位名称\n620522,u-1,单位,人民法庭,2026-01-01,秦安县人民法院\n"

    [(_, entry)], errors = judged(text)

    assert errors == []
    assert (entry.kind, entry.role, entry.name) == ("body", "contact-role/1:court", "秦安县人民法院")
    assert (entry.valid_until, entry.capacity) == (None, None)


def test_empty_lines_are_passed_over_and_lines_are_counted_as_an_editor_counts_them():
    text = (
        HEAD
        + '\n,,,,,,,\nu-1,body,court,620522,2026-01-01,,,"a\n"\no 1,person,officer,620522,2026-01-01,,,\n'
    )

    _, errors = judged(text)

    assert [(one.line, one.field) for one in errors] == [(6, "reference")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("张三,person,officer,620522,2026-01-01,,,", "reference"),
        ("13912345678,person,officer,620522,2026-01-01,,,", "reference"),
        ("62052219700101123X,person,officer,620522,2026-01-01,,,", "reference"),
        ("tel:13912345678,person,officer,620522,2026-01-01,,,", "reference"),
        ("o-1,robot,officer,620522,2026-01-01,,,", "kind"),
        ("o-1,person,mayor,620522,2026-01-01,,,", "role"),
        ("o-1,person,officer,62052,2026-01-01,,,", "area"),
        ("o-1,person,officer,110101,2026-01-01,,,", "area"),
        ("o-1,person,officer,110101001001001,2026-01-01,,,", "area"),
        ("o-1,person,officer,620522,2026-02-30,,,", "valid_from"),
        ("o-1,person,officer,620522,1.1.2026,,,", "valid_from"),
        ("o-1,person,officer,620522,2026-01-02,2026-01-01,,", "valid_until"),
        ("o-1,person,officer,620522,2026-01-01,,0,", "capacity"),
        ("o-1,person,officer,620522,2026-01-01,,many,", "capacity"),
        ("o-1,person,officer,620522,2026-01-01,,,张三", "name"),
        ("u-1,body,court,620522,2026-01-01,,,法庭 09386523456", "name"),
        ("o-1,person,officer,620522,2026-01-01,,,,more", "the line"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_field_and_never_repeated(line, field):
    found, errors = judged(HEAD + GOOD + line + "\n")

    assert [(one.line, one.field) for one in errors] == [(3, field)]
    assert not any(one in errors[0].problem for one in PRIVATE)
    assert len(found) == 1


@pytest.mark.parametrize(
    "column", ["姓名", "联系电话", "手机号", "身份证号", "住址", "Phone", "id_card", "full name"]
)
def test_a_column_of_personal_data_is_refused_with_the_reason(column):
    _, [error] = judged(HEAD.strip() + f",{column}\n" + GOOD.strip() + ",x\n")

    assert (error.line, error.field) == (1, "column 9")
    assert "personal data does not belong" in error.problem


def test_an_unknown_column_is_named_by_its_place_since_anything_may_stand_there():
    _, errors = judged(HEAD.strip() + ",李四\n" + GOOD)

    assert [(one.line, one.field) for one in errors] == [(1, "column 9")]
    assert "李四" not in str(errors)


def test_all_errors_of_all_lines_come_at_once():
    text = HEAD + "张三,robot,mayor,6,x,y,z,\n" + GOOD + "o-2,person,officer,620522,2026-01-01,,,李四\n"

    found = wrong(text)

    assert {line for line, _ in found} == {2, 4}
    assert len(found) == 8


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, "reference"),
        (HEAD, 1, "the file"),
        ("reference,reference,kind,role,area,valid_from\n", 1, "reference"),
        (HEAD + 'o-1,"person\n', 2, "the line"),
        ("引用,类别\n".encode("gbk"), 1, "the file"),
    ],
)
def test_a_file_that_is_none_is_said_to_be_none(text, line, field):
    assert wrong(text)[0] == (line, field)


def test_without_a_registry_of_areas_the_form_of_a_code_is_checked():
    found, errors = judged(HEAD + GOOD.replace("620522100001", "110101001001"), Known(load()))

    assert (len(found), errors) == (1, [])


@pytest.mark.wide
def test_a_file_of_more_lines_than_can_be_contacts_is_refused_with_one_error():
    found, errors = judged(HEAD + "x\n" * 500_000)

    assert found == []
    assert [(one.line, one.field) for one in errors] == [(MOST_LINES + 1, "the file")]


def test_a_first_line_of_more_columns_than_anybody_keeps_is_refused_with_one_error():
    found, errors = judged("x," * 500_000)

    assert found == []
    assert [(one.line, one.field) for one in errors] == [(1, "the line")]
