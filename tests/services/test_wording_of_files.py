"""What is wrong in a file, and whatever else our own rules say of a field, is said in Chinese and English."""

import ast
from dataclasses import replace
from datetime import date

import pytest

from doors.chinese import PLAIN, chinese
from policy.load import areas
from schemas.codes import load
from services.intake.source_list import Unreadable, read_csv
from services.routing.registry import Entry, merge
from services.routing.registry_csv import Known, read
from tests.builders import ROOT, VILLAGE

HEAD = "reference,kind,role,area,valid_from,valid_until,capacity,name\n"
CONTACTS = [
    b"\xff", b"", HEAD.encode(), (HEAD + 'o-1,"person\n').encode(), b"reference,reference,mobile,more\n",
    (HEAD + "o 1,robot,mayor,6,x,2026-02-30,many,09386523456,more\n").encode(),
    (HEAD + "tel:13912345678,body,court,110101,2026-01-02,2026-01-01,0," + "a" * 90 + "\n").encode(),
    (HEAD + "o-2,person,officer,620522,2026-02-30,,,a\n").encode(),
    (HEAD + "o-3,person,officer,620522,2026-01-30,2026-01-02,,a\n").encode(),
]  # fmt: skip
LISTS = ["state\n", 'number,state\n"1', "number,state,month\n1 2,won,May,more\n"]


def of_files():
    """Everything that is wrong in files that are."""
    known = Known(load(), areas(ROOT / "policy" / "areas-620522.csv"))
    for file in CONTACTS:
        yield from (one.problem for one in read(file, known)[1])
    for text in LISTS:
        with pytest.raises(Unreadable) as caught:
            read_csv(text, "2026-09")
        yield from (what for _, _, what in caught.value.places)


def test_what_is_wrong_in_a_file_is_said_in_chinese_line_by_line():
    said = set(of_files())

    assert len(said) > 20
    assert [one for one in said if chinese(one) == PLAIN] == []


def an_entry(**changes):
    fields = {"reference": "o-1", "kind": "person", "area": VILLAGE, "role": "contact-role/1:officer"}
    return Entry(**fields | {"valid_from": date(2026, 3, 1)} | changes)


def clashes():
    """What is wrong between lines of a file, and between them and the registry."""
    first, since, other = (
        an_entry(**one) for one in ({}, {"valid_from": date(2026, 5, 1)}, {"reference": "o-2"})
    )
    until = replace(first, valid_until=date(2026, 12, 31))
    body = replace(since, kind="body")
    for there, given in (
        ([], [first, first]), ([], [first, other]), ([first], [other]), ([], [until, since]), ([until], [since]),
        ([], [first, body]),
    ):  # fmt: skip
        yield from (one.problem for one in merge(there, list(enumerate(given, start=2))).wrong)


def test_what_clashes_with_another_line_or_with_the_registry_is_said_in_chinese():
    said = set(clashes())

    assert len(said) == 6
    assert [one for one in said if chinese(one) == PLAIN] == []


PLACES = (
    "doors/*.py", "schemas/base.py", "schemas/inbound.py", "services/*/api*.py", "services/intake/batch.py",
    "services/routing/registry*.py",
)  # fmt: skip
SAYING = {"ValueError", "PydanticCustomError", "Wrong"}


def written():
    """Every sentence of ours about a field that stands in the source, with 7 for what varies."""
    for path in (path for place in PLACES for path in ROOT.glob(place)):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match one:
                case ast.Call(func=ast.Name(id=name), args=[*_, ast.Constant(value=str(said))]) if (
                    name in SAYING
                ):
                    yield said
                case ast.Call(func=ast.Name(id=name), args=[*_, ast.JoinedStr(values=parts)]) if (
                    name in SAYING
                ):
                    yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)


def test_every_sentence_of_ours_about_a_field_stands_in_the_catalogue():
    said = {*written()} - {"this and 7 7"}  # put together of two, which are looked at above

    assert len(said) > 20
    assert [one for one in sorted(said) if chinese(one) == PLAIN] == []
