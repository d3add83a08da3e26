"""A locality that works differently edits data: its policy speaks of the codes of its own lists."""

import re

import pytest

from policy.load import Refused, policies, policy
from schemas.codes import load
from services.intake.triage import Told, propose
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


OWN = """severities: {simple: ordinary, complex: major}
triage:
  - {name: clans, severity: complex, because: 宗族, people: 9}"""


def test_triage_proposes_a_severity_of_the_locality_and_its_clock_is_that_of_which_it_is_dealt_with_as(
    tmp_path,
):
    rules = policy(a_policy_file(tmp_path, "triage:", OWN), load(lists(tmp_path)))

    proposal = propose(rules, Told("land", "patrol", people=9))

    assert (proposal.severity, proposal.names) == ("complex", ("default/2 triage.clans",))
    assert rules.clock("village", "gannan.severity/1:complex") == rules.clock("village", "major")
    assert rules.first("complex") == "town"


def test_of_several_severities_the_one_is_proposed_that_is_dealt_with_as_the_gravest(tmp_path):
    rules = policy(a_policy_file(tmp_path, "triage:", OWN), load(lists(tmp_path)))

    proposal = propose(rules, Told("labour", "patrol", people=9))

    assert proposal.severity == "complex"


@pytest.mark.parametrize(
    ("severities", "place"),
    [
        ("{simple: ordinary}", "triage.0.severity: must be one of major, ordinary, prominent, simple"),
        ("{complex: grave}", "severities.complex: Input should be 'ordinary', 'prominent' or 'major'"),
        ("{complex: major, major: ordinary}", "severities: Value error, not the locality's own"),
        ("{complex: major, grave: major}", "severities.grave.[key]: Value error, not a severity code"),
    ],
)
def test_a_severity_of_the_locality_that_is_dealt_with_as_nothing_is_named_with_its_line(
    tmp_path, severities, place
):
    path = a_policy_file(tmp_path, "triage:", OWN.replace("{simple: ordinary, complex: major}", severities))

    with pytest.raises(Refused) as refused:
        policy(path, load(lists(tmp_path)))

    assert place in re.sub(r"p\.yaml:\d+: ", "", str(refused.value))


@pytest.mark.parametrize("plan", ["[30 working days, P30D]", "[P7D, 5 working days]"])
def test_the_rounds_of_a_plan_come_one_after_the_other_whatever_they_are_counted_in(tmp_path, plan):
    path = a_policy_file(tmp_path, "[P7D, P30D, P90D]", plan)

    with pytest.raises(
        Refused, match=r"revisit\.plans: .*each round must be later than the one before: major"
    ):
        policy(path)


@pytest.mark.parametrize(
    ("was", "becomes", "line", "place"),
    [
        ("remind: 5 working days, pause: awaiting-ruling}", "remind: P5D, pause: complex}", "labour-arbitration:",
         "referrals.bodies.labour-arbitration.pause: not a reason of pauses.suspend"),
        ("roles: {slow: [officer, justice-office]}", "roles: {slowly: [officer]}", "roles: {slowly",
         "whistle.calls.2.roles.slowly: this ring has no times: slowly"),
    ],
)  # fmt: skip
def test_what_does_not_fit_another_part_of_the_policy_is_named_where_it_stands(
    tmp_path, was, becomes, line, place
):
    path = a_policy_file(tmp_path, was, becomes)
    text = path.read_text(encoding="utf-8")

    with pytest.raises(Refused) as refused:
        policy(path)

    number = text[: text.index(line)].count("\n") + 1
    assert str(refused.value) == f"{path}:{number}: {place}"


def test_a_rule_that_calls_more_than_a_whistle_can_is_refused_with_its_line(tmp_path):
    many = f"roles: {{slow: [{', '.join(['officer'] * 51)}]}}"
    path = a_policy_file(tmp_path, "roles: {slow: [officer, justice-office]}", many)

    with pytest.raises(
        Refused, match=r"whistle\.calls\.2\.roles: .*51 would be called; a whistle calls 50 at most"
    ):
        policy(path)
