"""Where a reference or a code is meant, a person's number is noticed, and a number of a matter is not."""

import json

import pytest

from schemas.base import Actor
from schemas.opaque import NUMBER, telling
from tests.builders import INCIDENT, a_report, a_submitted_action

TELEPHONE, IDENTITY = "13800138000", "62052219700101123X"


@pytest.mark.parametrize("text", [
    TELEPHONE, IDENTITY, "620522197001011234", f"grid/{TELEPHONE}", f"tel:{TELEPHONE}", f"86{TELEPHONE}",
    f"p-{IDENTITY}/2",
])  # fmt: skip
def test_a_telephone_and_an_identity_number_are_noticed(text):
    assert NUMBER.search(text)


@pytest.mark.parametrize("text", [
    "620522202611220001",  # a county, a day, a serial number
    "620522100001000123", "2026-0522-1042", "101004116078", "12345678901", INCIDENT, "620522100001001", "1380013800",
    "138001380001", "category/1:land", "staff-7", "00000000-0000-4000-8000-138001380001",
])  # fmt: skip
def test_the_number_of_a_matter_an_area_or_a_day_is_not(text):
    assert not NUMBER.search(text)


def test_each_place_is_told_at_every_depth():
    asked = a_submitted_action(
        actor=Actor(ref=TELEPHONE),
        action={
            "action": "whistle",
            "participants": [{"role": "police"}, {"role": "police", "ref": IDENTITY}],
        },
    )

    assert list(telling(asked)) == [("actor", "ref"), ("action", "participants", 1, "ref")]


def test_what_is_meant_for_it_is_passed_over():
    report = a_report(source_number=TELEPHONE)

    assert list(telling(report)) == [("source_number",)]
    assert list(telling(report, but=("source_number",))) == []
    assert json.loads(report.model_dump_json())["source_number"] == TELEPHONE
