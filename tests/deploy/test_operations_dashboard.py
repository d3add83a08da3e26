"""The dashboard of operations asks only for what processes tell, and shows everything the table has."""

import json
import re

import pytest

from messaging.telemetry import TABLE
from tests.builders import ROOT
from tests.deploy.promql import KNOWN, SCRAPE, grouped, selectors

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "operations.json").read_text(encoding="utf-8"))
PANELS = DASHBOARD["panels"]
ASKED = sorted({target["expr"] for panel in PANELS for target in panel["targets"]})


def written(expression):
    """As Prometheus is sent it: every variable stands for all there is."""
    return re.sub(r"\$\w+", ".*", expression)


@pytest.mark.parametrize("expression", ASKED)
def test_a_panel_asks_for_series_and_labels_that_a_scrape_has(expression):
    found = selectors(written(expression))

    assert found
    for name, matchers in found:
        assert {label for label, _, _ in matchers} <= KNOWN[name] | SCRAPE, name
    assert grouped(written(expression)) <= set().union(*(KNOWN[name] for name, _ in found)) | SCRAPE


def test_whatever_a_process_tells_has_a_panel_or_an_alert():
    shown = {name for expression in ASKED for name, _ in selectors(written(expression))}

    unseen = [one.name for one in TABLE if not shown & set(one.scraped)]
    assert unseen == [
        "fengqiao_schema_migration"
    ]  # which release runs on which schema is in `fengqiao_build_info`


def test_its_variables_are_labels_of_every_process():
    variables = [one for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]

    asked = [
        re.fullmatch(r"label_values\((\w+), (\w+)\)", one["query"]["query"]).groups() for one in variables
    ]
    assert {name for name, _ in asked} == {"fengqiao_build_info"}
    assert [label for _, label in asked] == [one["name"] for one in variables]
    assert {label for _, label in asked} <= SCRAPE


def test_what_a_legend_names_is_a_label_of_what_is_shown():
    for panel in PANELS:
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert named <= grouped(written(target["expr"])), (panel["title"], target["legendFormat"])


def test_a_point_of_a_histogram_may_lead_to_its_trace():
    quantiles = [one for panel in PANELS for one in panel["targets"] if "histogram_quantile" in one["expr"]]

    assert quantiles
    assert all(one["exemplar"] for one in quantiles)


def test_chinese_comes_first_in_every_title():
    for title in [
        DASHBOARD["title"],
        *(one["title"] for one in PANELS),
        *(one["description"] for one in PANELS),
    ]:
        assert re.match(r"[一-鿿].* [0-9A-Za-z]", title), title


def test_panels_have_names_of_their_own_and_do_not_overlap():
    taken = [
        (x, y)
        for one in (panel["gridPos"] for panel in PANELS)
        for x in range(one["x"], one["x"] + one["w"])
        for y in range(one["y"], one["y"] + one["h"])
    ]

    assert len({one["id"] for one in PANELS}) == len({one["title"] for one in PANELS}) == len(PANELS)
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
