"""A rule is quoted as its file has it, with its line."""

import pytest

from deploy.local.plan import PROJECT
from policy.load import policy
from policy.quoted import Policyfile, in_folder, place_of

DEFAULT = PROJECT / "policy" / "default.yaml"
TEXT = DEFAULT.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (("clocks", "village", "ordinary", "accept"), "accept: PT4H"),
        (("missed", "accept"), "accept: escalate"),
        (("skips", 0), "{from_tier: village, to_tier: county, severities: [major]}"),
        (("first_tier", "major"), "major: town"),
        (("triage", "collective", "because"), "because: 涉及三十人以上"),
        (("revisit", "reopen_on"), "reopen_on: [dissatisfied, relapse]"),
    ],
)
def test_a_rule_is_quoted_with_its_line(place, says):
    quote = Policyfile(DEFAULT).quote(place)

    assert quote.text == says
    assert says.split(": ")[-1] in TEXT[quote.line - 1]


def test_a_rule_with_a_name_is_quoted_by_it():
    quote = Policyfile(DEFAULT).quote(("triage", "many-people"))

    assert "severity: prominent because: 涉及五人以上 people: 5" in quote.text
    assert TEXT[quote.line - 1].strip() == "- name: many-people"
    assert Policyfile(DEFAULT).quote(("triage", "no-such-rule")).text == ""


def test_a_rule_of_several_lines_is_quoted_in_one(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text("version: a/1\npauses:\n  # why\n  suspend:\n    - rain\n    - snow\nrest: 1\n")

    assert Policyfile(path).quote(("pauses", "suspend")).text == "suspend: - rain - snow"


def test_what_the_file_does_not_say_is_quoted_as_silence_at_the_nearest_line(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text("version: a/1\npauses:\n  extend: [complex]\n")

    quote = Policyfile(path).quote(("pauses", "suspend"))

    assert (quote.text, quote.line) == ("", 2)


def test_a_rule_of_a_history_is_taken_apart():
    assert place_of("default/2 clocks.village.ordinary.accept") == (
        "default/2",
        ("clocks", "village", "ordinary", "accept"),
    )
    assert place_of("default/2 skips.0") == ("default/2", ("skips", 0))


def test_files_are_found_by_their_version_and_what_is_no_policy_is_passed_over(tmp_path):
    (tmp_path / "a.yaml").write_text("version: a/1\n")
    (tmp_path / "b.yaml").write_text("version: [")
    (tmp_path / "c.yaml").write_text("- list\n")

    assert list(in_folder(tmp_path)) == ["a/1"]
    assert policy(DEFAULT).version in in_folder(DEFAULT.parent)
