"""Each service, as it is put together to run, tells what alerts and dashboards ask for, before anything is known."""

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from messaging.telemetry import TABLE
from tests.deploy.promql import OURS, selectors
from tests.deploy.test_alerts import ALERTS
from tests.deploy.test_operations_dashboard import ASKED, written
from tests.services.doors import SERVICES, process

OWN = {"routing": {"fengqiao_deadlines_unraised"}, "metrics": {"fengqiao_queue_rows"}}
"""Told by one service alone."""


def families(service):
    """Name → what it is, as it stands in a scrape."""
    text, _ = process(service).health.readings.text("")
    return {one.name: one for one in parse(text.decode())}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_tells_all_of_the_table_but_what_others_alone_know(service):
    found = families(service)

    own = {name for one, names in OWN.items() if one != service for name in names}
    told = {one.name for one in TABLE if one.name in found or f"{one.name}_info" in found}
    assert {one.name for one in TABLE} - told == own
    assert {name for name in found if name.startswith("fengqiao_")} <= {
        one.removesuffix("_info") for one in told
    } | {f"{one}_info" for one in told}


@pytest.mark.parametrize("service", SERVICES)
def test_before_it_could_look_a_service_tells_no_number_it_does_not_know(service):
    found = families(service)

    for one in (
        "consumer_lag_events",
        "outbox_unsent_events",
        "outbox_oldest_seconds",
        "held_events",
        "dead_letters",
    ):
        assert found[f"fengqiao_{one}"].samples == [], one


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_which_release_policy_and_schema_it_is(service):
    [sample] = families(service)["fengqiao_build_info"].samples

    assert all(sample.labels.values())
    assert sample.labels["schema"].startswith("messaging/")
    assert f" {service}/" in sample.labels["schema"]


def test_every_name_of_ours_in_an_alert_or_a_dashboard_is_told_by_some_service():
    told = {name for service in SERVICES for name in families(service)}
    asked = {name for rule in ALERTS.values() for name, _ in selectors(rule["expr"])}
    asked |= {name for expression in ASKED for name, _ in selectors(written(expression))}

    ours = {one.name: one for one in TABLE}
    plain = {name: one.name for one in ours.values() for name in one.scraped}
    assert {plain[one] for one in asked & set(OURS)} - {one.removesuffix("_info") for one in told} == set()
