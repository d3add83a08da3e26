"""The dashboards ask only for what a scrape has: every series, label and value in them is looked up."""

import json
import re

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parse

from policy.load import areas
from schemas.base import TIERS
from services.metrics.catalogue import catalogue
from services.metrics.exposition import Scraped, shown, text
from tests.builders import NOW, ROOT

FOLDER = ROOT / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "figures.json").read_text(encoding="utf-8"))
SELECTOR = re.compile(r"(fengqiao_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|=)"([^"]*)"')
GROUPED = re.compile(r"(?:by|on|group_left) \(([^)]*)\)")


def a_whole_scrape():
    """Family → its samples' labels, of a county where everything was counted."""
    definitions = shown(catalogue().figures())
    registry = areas(ROOT / "policy" / "areas-620522.csv")
    names = {code: one.name for code, one in registry.items() if one.tier in {"county", "town"}}
    measures = {name for one in definitions for name in (*one.numerator, *one.denominator)}
    counts = {code: {tier: dict.fromkeys(measures, 1_000) for tier in TIERS} for code in names}
    scraped = Scraped(counts, names, dict.fromkeys(TIERS, (NOW, False)), definitions)
    return {one.name: [sample.labels for sample in one.samples] for one in parse(text(scraped).decode())}


SCRAPE = a_whole_scrape()


def expressions():
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [
        *panels,
        *(one["query"]["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query"),
    ]


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_series_a_panel_asks_for_is_scraped(expression):
    found = SELECTOR.findall(expression)

    assert found
    for name, matchers in found:
        wanted = MATCHER.findall(matchers)
        assert len(wanted) == len([one for one in matchers.split(",") if one]), matchers
        assert [labels for labels in SCRAPE[name] if all(fits(labels, one) for one in wanted)], (
            name,
            matchers,
        )


def fits(labels, matcher):
    """Whether a sample is selected; a variable of the dashboard stands for any value of its label."""
    label, how, value = matcher
    if value.startswith("$"):
        return label in labels
    return label in labels and (
        labels[label] == value if how == "=" else re.fullmatch(value, labels[label]) is not None
    )


@pytest.mark.parametrize("expression", [one for one in sorted(set(expressions())) if GROUPED.search(one)])
def test_what_is_grouped_by_is_a_label_of_what_is_asked_for(expression):
    labels = {label for name, _ in SELECTOR.findall(expression) for one in SCRAPE[name] for label in one}

    for names in GROUPED.findall(expression):
        assert set(names.split(", ")) <= labels


def test_no_two_samples_of_a_scrape_are_the_same_series():
    for name, samples in SCRAPE.items():
        assert len({tuple(sorted(one.items())) for one in samples}) == len(samples), name


def test_chinese_comes_first_in_every_title():
    titles = [DASHBOARD["title"], *(panel["title"] for panel in DASHBOARD["panels"])]

    for title in titles:
        assert re.match(r"[一-鿿].* [A-Z]", title), title


def test_what_a_leader_asks_for_has_a_panel():
    text_of = " ".join(expressions())

    for one in (
        "open@1", "received@1", "closed@1", "closure_rate@1", "resolved_in_village@1", "on_time@1", "satisfaction",
        "escalated@1", "fengqiao_tier_as_of_timestamp_seconds", "fengqiao_tier_stale",
    ):  # fmt: skip
        assert one in text_of, one


def test_panels_have_names_of_their_own_and_do_not_overlap():
    panels = DASHBOARD["panels"]
    taken = [
        (x, y)
        for one in (panel["gridPos"] for panel in panels)
        for x in range(one["x"], one["x"] + one["w"])
        for y in range(one["y"], one["y"] + one["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_the_file_for_grafana_is_read_as_it_is_meant():
    provisioned = yaml.safe_load((FOLDER / "provisioning.yaml").read_text(encoding="utf-8"))

    assert [one["type"] for one in provisioned["providers"]] == ["file"]


def test_what_prometheus_is_told_is_read_as_it_is_meant():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)

    jobs = yaml.safe_load(snippet)["scrape_configs"]

    assert [len(job["static_configs"][0]["targets"]) for job in jobs] == [1]
    assert all(job.get("metrics_path", "/metrics") == "/metrics" for job in jobs)
