"""A purpose is given what it needs and no more, and what is given is masked so that it tells nothing new."""

import pytest

from schemas.codes import load
from services.intake.access import FIELDS, GRANTED, chosen, is_field, masked, not_granted

CODES = set(load()["access-purpose/1"].codes)


def test_every_purpose_of_the_list_has_its_fields_and_no_other_is_known():
    assert {*GRANTED} == CODES
    assert all(one <= {*FIELDS} for one in GRANTED.values())


@pytest.mark.parametrize("purpose", sorted(CODES))
@pytest.mark.parametrize("field", FIELDS)
def test_what_a_purpose_does_not_need_is_not_granted_one_by_one(purpose, field):
    needed = field in GRANTED[purpose]

    assert not_granted(f"access-purpose/1:{purpose}", [field]) == ([] if needed else [field])
    assert not_granted(purpose, [f"p2.{field}"]) == ([] if needed else [f"p2.{field}"])


def test_only_an_authority_and_the_person_concerned_see_an_identity_number():
    assert {one for one in CODES if not not_granted(one, ["identity_number"])} == {
        "legal-request",
        "subject-request",
    }


def test_an_unknown_purpose_or_field_is_granted_nothing():
    assert not_granted("curiosity", ["name"]) == ["name"]
    assert not_granted("subject-request", ["name", "bank"]) == ["bank"]


def test_a_field_means_everybody_s_or_one_person_s():
    there = ["p1.name", "p1.telephone", "p2.telephone", "description"]

    assert chosen(there, ["telephone"]) == ["p1.telephone", "p2.telephone"]
    assert chosen(there, ["p2.telephone", "description"]) == ["p2.telephone", "description"]
    assert chosen(there, ["p3.name"]) == []


@pytest.mark.parametrize(
    ("field", "said", "shown"),
    [
        ("p1.telephone", "13812341234", "138****1234"), ("p1.telephone", "+86 138 1234 1234", "861****1234"),
        ("p1.telephone", "6521234", "****34"), ("p1.telephone", "110", "****"), ("p1.name", "王", "****"),
        ("p1.address", "西街", "****"), ("p1.name", "王小明", "王**"), ("p1.name", "欧阳小明", "欧**"),
        ("p1.identity_number", "620522199001011234", "6****34"), ("p1.identity_number", "1234", "****"),
        ("p1.address", "甘肃省秦安县莲花镇上袁村三组12号", "甘肃省秦安县****"),
        ("p1.address", "上袁村三组", "上袁****"),
        ("description", "他说要去告", "****"), ("note", "家里有病人", "****"),
    ],
)  # fmt: skip
def test_what_is_shown_is_masked(field, said, shown):
    assert masked(field, said) == shown


@pytest.mark.parametrize("name", ["13812341234.name", "王小明", "p0.name", "p1.bank", "", "name\n"])
def test_what_is_no_field_is_not_taken_for_one(name):
    assert not is_field(name)
