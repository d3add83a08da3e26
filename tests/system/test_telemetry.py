"""What running services tell Prometheus: every name an alert or a dashboard asks for, and nothing of anybody."""

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.deploy.promql import ELSEWHERE, OURS, selectors
from tests.deploy.test_alerts import ALERTS
from tests.deploy.test_operations_dashboard import ASKED, written
from tests.system.bad_requests import NAME, TELEPHONE
from tests.system.world import VILLAGE

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

TIERS = ("village",)
SERVICES = ("intake", "routing", "followup", "metrics")
OPEN = "application/openmetrics-text;version=1.0.0"


async def scraped(world, service, accept="text/plain"):
    """What Prometheus is told on the probe port of a service, and of what type."""
    url = f"http://127.0.0.1:{world.stack.port(f'village-{service}-probe')}/telemetry"
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(url, headers={"accept": accept})
    assert answer.status_code == 200
    return answer.text


async def told(world, service):
    """Name of a sample → (labels, value) of all of that name."""
    found = {}
    for family in parse(await scraped(world, service)):
        for one in family.samples:
            found.setdefault(one.name, []).append((one.labels, one.value))
    return found


async def test_every_series_an_alert_or_a_dashboard_asks_for_is_told_by_a_process(world):
    await world.report()
    families = [one for service in SERVICES for one in parse(await scraped(world, service))]
    figures = await world.once("GET", "village-metrics", "/metrics")
    told_by_us = {sample.name for one in families for sample in one.samples}
    assert {one for one in told_by_us if one.startswith("fengqiao_")} <= set(OURS)

    # of some numbers there is a sample only where they apply, but what they are stands in any scrape
    gauges = {one.name for one in [*families, *parse(figures.text)] if one.type == "gauge"}
    names = told_by_us | gauges

    asked = {one for rule in ALERTS.values() for one, _ in selectors(rule["expr"])}
    asked |= {one for expression in ASKED for one, _ in selectors(written(expression))}
    assert asked - set(ELSEWHERE) - names == set()


async def test_what_a_report_does_to_the_numbers_is_seen_in_them(world):
    incident = await world.report()
    assert (await world.act("village", incident, "accept")).status_code < 300

    async def read():
        found = await told(world, "routing")
        ages = found.get("fengqiao_outbox_oldest_seconds")
        stages = {labels["stage"]: count for labels, count in found["fengqiao_stage_seconds_count"]}
        known = ages and ages[0][1] == 0 and "fengqiao_consumer_lag_events" in found
        return found if known and stages["offsets"] and stages["send"] else None

    found = await world.until(read, "routing has applied it and sent what follows")

    one = {name: samples[0] for name, samples in found.items()}
    assert one["fengqiao_batch_events_sum"][1] >= 1
    assert one["fengqiao_sent_events_total"][1] >= 1
    assert one["fengqiao_relay_leader"] == ({}, 1)
    assert one["fengqiao_deadlines_unraised"] == ({}, 0)
    assert one["fengqiao_consumer_lag_events"][0] == {"group": "village-routing"}
    assert one["fengqiao_build_info"][0]["policy"]
    assert ("database", 1) in {(labels["condition"], value) for labels, value in found["fengqiao_ready"]}
    assert {value for _, value in found["fengqiao_dead_letters"]} == {0}
    schema = {
        (labels["scope"], labels["side"]): value for labels, value in found["fengqiao_schema_migration"]
    }
    assert schema["routing", "program"] == schema["routing", "database"] > 0
    routes = {(labels["route"], labels["status"]) for labels, _ in found["fengqiao_http_seconds_count"]}
    assert ("/v1/incidents/{incident_id}/actions", "2xx") in routes


async def test_no_scrape_names_a_person_a_matter_or_an_area(world):
    incident = await world.report(parties=[{"role": "applicant", "name": NAME, "telephone": TELEPHONE}])
    assert (await world.act("village", incident, "accept")).status_code < 300

    for service in SERVICES:
        opened = await scraped(world, service, OPEN)
        assert list(parse_open(opened))
        for secret in (NAME, TELEPHONE, incident, VILLAGE):
            assert secret not in opened
