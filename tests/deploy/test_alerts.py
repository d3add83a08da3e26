"""Every alert asks for what a scrape has, fires when it should and only then, and says where help is."""

import re

import pytest
import yaml

from messaging.stages import Stage
from tests.builders import ROOT
from tests.deploy.promql import KNOWN, SCRAPE, grouped, selectors
from tests.deploy.promtool import promtool

FOLDER = ROOT / "deploy" / "alerts"
RULES = yaml.safe_load((FOLDER / "fengqiao.rules.yaml").read_text(encoding="utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
TESTS = {
    one: yaml.safe_load((FOLDER / "tests" / f"{one}.yaml").read_text(encoding="utf-8"))
    for one in ("fires", "healthy")
}
RUNBOOK = (ROOT / "docs" / "operate" / "alerts.md").read_text(encoding="utf-8")
VALUES = {
    "stage": set(Stage.__args__), "status": {"open", "5xx"}, "side": {"program", "database"},
    "condition": {"database", "kafka", "relay", "permissions"},
    "service": {"intake", "routing", "followup", "metrics", ""},
    "tier": {"county", "town", "village", ""},
}  # fmt: skip
every_alert = pytest.mark.parametrize("name", sorted(ALERTS))


def fired_in(test):
    """Alerts that a test of promtool's expects to fire."""
    return {
        name
        for one in test["promql_expr_test"]
        for sample in one["exp_samples"] or []
        for name in re.findall(r'alertname="(\w+)"', sample["labels"])
    }


def test_no_two_alerts_have_one_name():
    assert len(ALERTS) == sum(len(group["rules"]) for group in RULES["groups"])


@every_alert
def test_an_alert_asks_for_series_and_labels_that_a_scrape_has(name):
    found = selectors(ALERTS[name]["expr"])

    assert found
    for series, matchers in found:
        labels = KNOWN[series] | SCRAPE
        assert {label for label, _, _ in matchers} <= labels, series
        for label, _, value in matchers:
            assert set(value.split("|")) <= VALUES[label], (label, value)
    known = set().union(*(KNOWN[series] for series, _ in found)) | SCRAPE
    assert grouped(ALERTS[name]["expr"]) <= known


@every_alert
def test_an_alert_says_how_grave_it_is_for_how_long_and_in_chinese_first_what_to_do(name):
    rule = ALERTS[name]
    said = rule["annotations"]

    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    for one in (said["summary"], said["description"]):
        assert re.search(r"[一-鿿].*。[A-Z0-9{].*\.$", one), one
    assert said["runbook_url"] == f"docs/operate/alerts.md#{name.lower()}"


@every_alert
def test_what_an_alert_quotes_is_a_label_it_has(name):
    rule = ALERTS[name]
    quoted = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))

    own = {label for series, _ in selectors(rule["expr"]) for label in KNOWN[series]}
    assert quoted <= (grouped(rule["expr"]) | ({"persistentvolumeclaim"} & own))


def test_each_alert_has_its_section_and_each_section_its_alert():
    sections = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)

    assert sections == list(ALERTS)


@every_alert
def test_a_section_says_what_to_do_what_not_to_do_and_whether_it_is_tested(name):
    section = RUNBOOK.split(f"\n## {name}\n")[1].split("\n## ")[0]

    severity = ALERTS[name]["labels"]["severity"]
    assert re.match(rf"\n[一-鿿]+.* · {severity}\.", section), section
    assert "**Do**" in section
    assert re.search(r"[Tt]ested", section)


def test_what_the_runbook_points_to_is_there():
    anchors = set(re.findall(r"\]\(#(\w+)\)", RUNBOOK))
    tests = re.findall(r"`((?:tests|bench|deploy)/[\w/.]+)`", RUNBOOK)

    pages = re.findall(r"\]\(([\w-]+\.md)\)", RUNBOOK)
    assert anchors <= {one.lower() for one in ALERTS}
    assert [one for one in pages if not (ROOT / "docs" / "operate" / one).exists()] == []
    assert tests
    assert [one for one in tests if not (ROOT / one).exists()] == []


def test_each_alert_is_made_to_fire_by_a_test_that_waited_for_it_first():
    fired = [(fired_in(one), one["promql_expr_test"][0]["exp_samples"]) for one in TESTS["fires"]["tests"]]

    assert {name for names, _ in fired for name in names} == set(ALERTS)
    assert [len(names) for names, _ in fired] == [1] * len(fired)
    assert [before for _, before in fired if before] == []


def test_the_good_day_has_every_series_that_an_alert_asks_for():
    series = {one["series"] for test in TESTS["healthy"]["tests"] for one in test["input_series"]}

    there = {re.match(r"\w+", one)[0] for one in series}
    assert {name for rule in ALERTS.values() for name, _ in selectors(rule["expr"])} <= there
    assert {name for test in TESTS["healthy"]["tests"] for name in fired_in(test)} == set()


def test_prometheus_reads_the_rules():
    checked = promtool("check", "rules", "fengqiao.rules.yaml", folder=FOLDER)

    assert checked.returncode == 0, checked.stderr
    assert f"{len(ALERTS)} rules found" in checked.stdout


@pytest.mark.parametrize("name", sorted(TESTS))
def test_evaluated_by_prometheus_alerts_fire_when_they_should_and_only_then(name):
    tested = promtool("test", "rules", f"tests/{name}.yaml", folder=FOLDER)

    assert tested.returncode == 0, tested.stdout + tested.stderr


@every_alert
def test_without_its_rule_the_test_of_an_alert_fails(tmp_path, name):
    """Else a test of the rules could not fail."""
    groups = [
        {"name": one["name"], "rules": [rule for rule in one["rules"] if rule["alert"] != name]}
        for one in RULES["groups"]
    ]
    own = TESTS["fires"] | {"tests": [one for one in TESTS["fires"]["tests"] if name in fired_in(one)]}
    (tmp_path / "fengqiao.rules.yaml").write_text(yaml.safe_dump({"groups": groups}), encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "own.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")

    tested = promtool("test", "rules", "tests/own.yaml", folder=tmp_path)

    assert tested.returncode == 1
    assert f'alertname="{name}"' in tested.stdout + tested.stderr
