"""A locality that works differently edits data: its policy speaks of the codes of its own lists."""

import pytest

from policy.load import Refused, policies, policy
from schemas.codes import load
from tests.builders import ROOT
from tests.locality import lists

DEFAULT = (ROOT / "policy" / "default.yaml").read_text(encoding="utf-8")
DUPLICATES = "duplicates: {propose: true,"


def a_policy_file(tmp_path, was, becomes):
    assert was in DEFAULT
    path = tmp_path / "p.yaml"
    path.write_text(DEFAULT.replace(was, becomes), encoding="utf-8")
    return path


@pytest.mark.parametrize("category", ["safety", "grassland"])
def test_an_exception_from_the_rules_of_duplicates_is_made_for_a_category(tmp_path, category):
    exception = f"{DUPLICATES} categories: {{{category}: {{radius: grid}}}},"
    path = a_policy_file(tmp_path, DUPLICATES, exception)

    rules = policy(path, load(lists(tmp_path))).duplicates.rules(category)

    assert rules.radius == "grid"


def test_an_exception_for_what_is_no_category_is_refused_with_its_line(tmp_path):
    path = a_policy_file(tmp_path, DUPLICATES, f"{DUPLICATES} categories: {{overloaded: {{radius: grid}}}},")

    with pytest.raises(
        Refused, match=r"p\.yaml:\d+: duplicates\.categories\.overloaded.*not a category code"
    ):
        policy(path, load())


def test_two_files_that_say_different_things_under_one_version_are_refused(tmp_path):
    path = a_policy_file(tmp_path, "calls: 3", "calls: 4")
    (tmp_path / "a.yaml").write_text(DEFAULT, encoding="utf-8")

    with pytest.raises(Refused, match=r"a\.yaml:4: version: \S+p\.yaml has the same one and other rules"):
        policies(path)


def test_two_older_files_that_say_different_things_under_one_version_are_refused(tmp_path):
    path = a_policy_file(tmp_path, "default/2", "default/3")
    (tmp_path / "a.yaml").write_text(DEFAULT, encoding="utf-8")
    (tmp_path / "z.yaml").write_text(DEFAULT.replace("calls: 3", "calls: 4"), encoding="utf-8")

    with pytest.raises(Refused, match=r"z\.yaml:4: version: \S+a\.yaml has the same one and other rules"):
        policies(path)


def test_a_copy_of_the_policy_in_force_beside_it_is_the_same_policy(tmp_path):
    path = a_policy_file(tmp_path, "calls: 3", "calls: 3")
    (tmp_path / "copy.yaml").write_text(f"# a copy\n{DEFAULT}", encoding="utf-8")

    found = policies(path, load(lists(tmp_path)))

    assert list(found) == ["default/2"]
