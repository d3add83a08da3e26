"""Codes: a bare one means the newest list, a full one itself, and a refusal repeats nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.codes import HERE, Code, CodeList, UnknownCode, bare, load, resolve

LISTS = load()
KINDS = sorted(name.partition("/")[0] for name in LISTS)
EVERY_CODE = [(name, code) for name, one in LISTS.items() for code in one.codes]


def a_list(name: str, *codes: str) -> dict[str, CodeList]:
    return {name: CodeList(name, "表", "List", dict.fromkeys(codes, ("码", "Code")))}


@pytest.mark.parametrize(("name", "code"), EVERY_CODE)
def test_every_code_resolves_bare_and_full_to_a_code_that_may_travel(name: str, code: str):
    full = f"{name}:{code}"

    assert resolve(LISTS, name.partition("/")[0], code) == full
    assert resolve(LISTS, name.partition("/")[0], full) == full
    assert TypeAdapter(Code).validate_python(full) == full
    assert bare(full) == code


@pytest.mark.parametrize(("name", "code"), EVERY_CODE)
def test_every_code_has_a_chinese_and_an_english_label(name: str, code: str):
    assert all(LISTS[name].codes[code])


def test_the_file_of_a_list_is_named_after_it():
    for path in HERE.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["id"] == "/".join(path.stem.rsplit("-", 1))


def test_an_unknown_code_is_refused_with_the_accepted_ones():
    with pytest.raises(UnknownCode, match="accepted: home, telephone"):
        resolve(LISTS, "means", "telegram")


@pytest.mark.parametrize("given", ["channel/1:land", "category/9:land", "land:", ":", "", "category/1:"])
def test_a_code_of_another_list_or_of_none_is_refused(given: str):
    with pytest.raises(UnknownCode):
        resolve(LISTS, "category", given)


@given(
    st.sampled_from(KINDS),
    st.from_regex(r"[一-龥]{2,6}[0-9]{6,18}(:[一-龥]{2,6}[0-9]{6,18})?", fullmatch=True),
)
def test_a_refusal_never_repeats_what_was_given(kind: str, private: str):
    with pytest.raises(UnknownCode) as refused:
        resolve(LISTS, kind, private)

    assert all(part not in str(refused.value) for part in private.split(":"))


def test_a_locality_s_own_list_stands_beside_the_product_s():
    lists = LISTS | a_list("us-boston.category/1", "street-lights", "land")

    assert (
        resolve(lists, "category", "us-boston.category/1:street-lights")
        == "us-boston.category/1:street-lights"
    )
    assert resolve(lists, "category", "street-lights") == "us-boston.category/1:street-lights"
    assert resolve(lists, "category", "land") == "category/1:land"
    assert TypeAdapter(Code).validate_python("us-boston.category/1:street-lights")


def test_a_list_counts_for_its_own_kind_only():
    lists = LISTS | a_list("us-boston.category/1", "street-lights")

    with pytest.raises(UnknownCode):
        resolve(lists, "channel", "us-boston.category/1:street-lights")


def test_a_bare_code_means_the_newest_list_that_has_it_and_a_full_one_stays():
    lists = a_list("means/1", "home", "fax") | a_list("means/2", "home") | a_list("means/10", "home", "video")

    assert resolve(lists, "means", "home") == "means/10:home"
    assert resolve(lists, "means", "fax") == "means/1:fax"
    assert resolve(lists, "means", "means/2:home") == "means/2:home"


def test_a_locality_s_folder_is_loaded_after_the_product_s(tmp_path: Path):
    own = {
        "id": "us-boston.category/1",
        "zh": "类别",
        "en": "Category",
        "codes": {"tow": {"zh": "拖车", "en": "Tow"}},
    }
    (tmp_path / "boston.json").write_text(json.dumps(own), encoding="utf-8")

    assert load(tmp_path).keys() == LISTS.keys() | {"us-boston.category/1"}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"id": "x/1", "zh": "x", "en": "x", "codes": ["a"]}'])
def test_a_file_that_is_no_code_list_is_refused_by_name(tmp_path: Path, text: str):
    (tmp_path / "broken.json").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=r"broken\.json: not a code list"):
        load(tmp_path)


def test_bytes_that_are_no_text_are_refused_by_name_too(tmp_path: Path):
    (tmp_path / "broken.json").write_bytes(b"\xff\xfe{")

    with pytest.raises(ValueError, match=r"broken\.json: not a code list"):
        load(tmp_path)


@pytest.mark.parametrize("folder", ["none", "."])
def test_a_locality_s_folder_without_a_list_is_refused_by_name(tmp_path: Path, folder: str):
    with pytest.raises(ValueError, match=r"there is no code list"):
        load(tmp_path / folder)


def a_file(folder, name, list_id, *codes):
    labels = {one: {"zh": "字", "en": one} for one in codes}
    body = {"id": list_id, "zh": "单", "en": "list", "codes": labels}
    (folder / name).write_text(json.dumps(body), encoding="utf-8")


def test_a_list_of_ours_may_be_had_in_other_words_but_not_without_what_the_rules_name(tmp_path):
    a_file(tmp_path, "severity.json", "severity/1", "ordinary", "prominent", "major")

    assert load(tmp_path)["severity/1"].codes["major"] == ("字", "major")

    a_file(tmp_path, "severity.json", "severity/1", "simple", "ordinary")

    with pytest.raises(
        ValueError, match=r"severity\.json: the rules name these codes of severity/1: major, prominent"
    ):
        load(tmp_path)


def test_two_files_of_one_list_are_refused(tmp_path):
    a_file(tmp_path, "a.json", "gannan.category/1", "grassland")
    a_file(tmp_path, "b.json", "gannan.category/1", "water-right")

    with pytest.raises(ValueError, match=r"b\.json: gannan\.category/1 is in .*a\.json already"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("list_id", "code"),
    [("gannan.category/1", "草场"), ("gannan.category", "grassland"), ("Gannan.category/1", "grassland"),
     ("gannan.category/one", "grassland"), ("gannan.category/1", "g" * 61)],
)  # fmt: skip
def test_a_list_whose_codes_could_not_travel_is_refused_by_name(tmp_path, list_id, code):
    a_file(tmp_path, "own.json", list_id, code)

    with pytest.raises(ValueError, match=r"own\.json: not a code list"):
        load(tmp_path)
