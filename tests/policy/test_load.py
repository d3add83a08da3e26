"""Policy files are refused whole, every error with its line."""

from datetime import timedelta

import pytest

from policy.load import Refused, policies, policy
from schemas.codes import load
from tests.builders import ROOT
from tests.policy.files import a_file, line_of, lines

POLICY = ROOT / "policy"
DEFAULT = (POLICY / "default.yaml").read_text(encoding="utf-8")


def test_the_released_policies_can_be_used():
    known = [one.version for one in map(policy, POLICY.glob("*.yaml"))]

    assert {"default/1", "default/2", "demo/1", "demo/2"} <= set(known)
    assert len(set(known)) == len(known)


@pytest.mark.parametrize("name", ["default", "demo"])
def test_a_newer_policy_has_the_released_one_beside_it(name):
    in_force, *others = policies(POLICY / f"{name}.yaml")

    assert f"{name}/1" in others
    assert in_force not in others


@pytest.mark.parametrize(
    ("tier", "ordinary", "prominent", "major"),
    [
        ("village", "PT4H P1D", "PT2H P7D", "PT1H P7D"),
        ("town", "PT8H P7D", "PT4H P7D", "PT2H P20D"),
        ("county", "PT8H P20D", "PT8H P20D", "PT4H P20D"),
    ],
)
def test_the_policy_that_was_released_gives_the_deadlines_it_gave(tier, ordinary, prominent, major):
    released = policies(POLICY / "default.yaml")["default/1"]

    clocks = {severity: released.clock(tier, severity) for severity in ("ordinary", "prominent", "major")}

    assert {severity: f"{one.accept.text} {one.handle.text}" for severity, one in clocks.items()} == {
        "ordinary": ordinary,
        "prominent": prominent,
        "major": major,
    }
    assert (released.revisit.due, released.revisit.calls) == (timedelta(days=7), 3)


def test_the_file_asked_for_is_the_one_in_force_and_the_others_are_at_hand(tmp_path):
    new = a_file(tmp_path, DEFAULT.replace("default/2", "default/3"), "new.yaml")
    a_file(tmp_path, DEFAULT, "a-old.yaml")

    assert list(policies(new)) == ["default/3", "default/2"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version: default/2", "version: Default", "version"),
        ("time_zone: Asia/Shanghai", "time_zone: Mars/Olympus", "not a time zone"),
        ("accept: PT8H, handle: 7 w", "accept: soon, handle: 7 w", "clocks.town.ordinary.accept"),
        ("PT8H, handle: 7 working days}", "PT8H, handle: 7 workdays}", "clocks.town.ordinary.handle"),
        ("PT8H, handle: 7 working days}", "PT8H, handle: 7}", "such as 7 working days or 7 个工作日"),
        ("PT8H, handle: 7 working days}", "PT8H, handle: 0 working days}", "greater than"),
        ("PT8H, handle: 7 working days}", "PT8H, handle: 4000 working days}", "ten years"),
        ("closed: []", "closed: [today]", "calendar.closed.0"),
        ("closed: []", "closed: [2026-02-30]", "calendar.closed.0"),
        ("[P7D, P30D, P90D]", "[P7D, P90D, P30D]", "each round must be later"),
        ("{reason: relapsed-again, reopened: 2}", "{reason: relapsed-again}", "supervision.rules.2"),
        ("{reason: major-matter, sev", "{reason: major matter, sev", "supervision.rules.0.reason"),
        ("leaders: {village: post/village-secretary, town", "leaders: {town", "missing for: village"),
        ("strike_off_after: closed", "strike_off_after: never", "supervision.strike_off_after"),
        ("prominent: 3 working days, major: 1", "prominent: soon, major: 1", "supervision.remind.prominent"),
        ("closed: []", "shut: []", "calendar.shut"),
        ("closed: [], open: []", "closed: [2026-11-20], open: [2026-11-20]", "closed and open at once"),
        ("extend: [complex,", "extend: [too hard,", "pauses.extend.0"),
        ("  suspend: [", "  stop: [", "pauses.stop"),
        ("accept: PT8H, handle: 20", "accept: PT0S, handle: 20", "greater than"),
        ("major: {accept: PT2H", "major: {acept: PT2H", "clocks.town.major.ac"),
        ("handle: escalate, again", "handle: forget, again", "missed.handle"),
        ("again: 1 working day}", "again: sometimes}", "missed.again"),
        ("to_tier: county", "to_tier: province", "skips.0.to_tier"),
        ("from_tier: village", "from_tier: town", "skips.0"),
        ("calls: 3", "calls: 0", "revisit.calls"),
        ("by_hand: anybody", "by_hand: strangers", "assignment.by_hand"),
        ("rules: []", "rules: [{tier: village, rule: mediator}]", "assignment.rules.0"),
        ("decline: [over", "refuse: [over", "assignment.refuse"),
        ("reopen_on: [dissatisfied, relapse]", "reopen_on: [rain]", "revisit.reopen_on.0"),
        ("missed:", "misst:", "misst"),
    ],
)
def test_an_error_is_named_with_its_line(tmp_path, old, new, says):
    text = DEFAULT.replace(old, new, 1)

    found = lines(policy, a_file(tmp_path, text))

    assert says in found[line_of(text, new)]


def test_all_errors_come_at_once(tmp_path):
    text = DEFAULT.replace("calls: 3", "calls: x").replace("default/2", "Default").replace("PT4H", "four")

    found = lines(policy, a_file(tmp_path, text))

    assert len(found) == 5
    assert 0 not in found


def test_a_rule_that_stands_there_twice_is_refused_beside_all_other_errors(tmp_path):
    again = "clocks:\n  town: {ordinary: {accept: PT9H}}\nclocks:\n"
    text = DEFAULT.replace("clocks:\n", again).replace("calls: 3", "calls: 3\n  calls: x")

    found = lines(policy, a_file(tmp_path, text))

    assert found[line_of(text, "clocks:\n  village")] == "clocks: stands there twice"
    assert found[line_of(text, "calls: x")] == "calls: stands there twice"
    assert "revisit.calls" in found[line_of(text, "calls: 3")]


def test_missing_rules_are_listed(tmp_path):
    text = DEFAULT.replace("    major: {accept: PT1H, handle: 7 working days}\n", "").replace(
        ", major: town}", "}"
    )

    first_tier, clocks = lines(policy, a_file(tmp_path, text)).values()

    assert "first_tier" in first_tier
    assert "missing: major" in first_tier
    assert "missing: village.major" in clocks


def test_what_is_missing_is_told_beside_what_is_wrong(tmp_path):
    text = (
        DEFAULT.replace("    major: {accept: PT1H, handle: 7 working days}\n", "")
        .replace("ordinary: {accept: PT4H", "ordinary: {accept: soon")
        .replace("ordinary: village, prominent: village, major: town", "ordinary: hamlet, prominent: village")
        .replace("usual: slow", "usual: fast")
        .replace("excuse: [engaged-elsewhere", "pardon: [engaged-elsewhere")
    )

    with pytest.raises(Refused) as caught:
        policy(a_file(tmp_path, text))

    places = {one.split(": ")[1] for one in str(caught.value).split("\n")}
    assert places == {
        "first_tier", "first_tier.ordinary", "clocks", "clocks.village.ordinary.accept", "whistle.usual",
        "whistle.pardon",
    }  # fmt: skip


def test_a_value_is_never_repeated(tmp_path):
    text = DEFAULT.replace("calls: 3", "calls: hunter2")

    assert "hunter2" not in str(lines(policy, a_file(tmp_path, text)))


@pytest.mark.parametrize(
    ("text", "says"),
    [("a: [", "not YAML"), ("", "the file"), ("- 1", "the file"), ("a: !!python/none 1", "not YAML")],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path, text, says):
    assert says in str(lines(policy, a_file(tmp_path, text)))


def test_a_file_that_is_absent_is_refused(tmp_path):
    with pytest.raises(Refused, match="No such file"):
        policy(tmp_path / "none.yaml")


def test_a_code_that_stands_in_no_list_is_named_with_its_line_and_with_what_would_do(tmp_path):
    text = DEFAULT.replace("categories: [labour]", "categories: [labor]").replace("party-away", "party-gone")
    path = a_file(tmp_path, text)

    found = lines(lambda it: policy(it, load()), path)

    assert found.keys() == {line_of(text, "categories: [labor]"), line_of(text, "suspend: [")}
    assert "labour" in found[line_of(text, "categories: [labor]")]
    assert policy(path).triage


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("people: 30", "people: 1", "triage.1.people"),
        ("    people: 30\n", "", "name a condition"),
        ("name: many-people", "name: collective", "two rules have the same name: collective"),
        (
            "severity: major\n    because: 涉及三十人以上",
            "severity: grave\n    because: x",
            "triage.1.severity",
        ),
    ],
    ids=["too few people", "no condition", "twice", "severity"],
)
def test_a_triage_rule_that_is_wrong_is_named(tmp_path, was, becomes, problem):
    assert was in DEFAULT

    found = lines(policy, a_file(tmp_path, DEFAULT.replace(was, becomes)))

    assert any(problem in one for one in found.values())
