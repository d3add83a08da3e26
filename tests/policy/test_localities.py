"""A locality that works differently edits data: its policy speaks of the codes of its own lists."""

import pytest

from policy.load import Refused, policy
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
