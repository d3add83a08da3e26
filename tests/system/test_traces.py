"""A recorded trace leads from a request through every hop to the figures; a collector that is away changes nothing."""

import json
import secrets
import uuid

import pytest

from services.intake.report import incident_id_of
from tests.system.collector import Collector, Trace
from tests.system.partner import SOURCE, Partner, a_submission, headers
from tests.system.rules import RULES
from tests.system.world import VILLAGE, a_report

pytestmark = [pytest.mark.system, pytest.mark.timeout(300), pytest.mark.usefixtures("audited")]

TIERS = ("village", "town")
CALLER = "b7ad6b7169203331"
NAME, TELEPHONE, ADDRESS, TOLD = "王小明标记", "13912345678", "枫桥路九十九号", "两家为地界争执多年"
OFFICER, KEY = "marked-officer", "marked-request"
MARKED = (NAME, TELEPHONE, ADDRESS, TOLD, OFFICER, KEY, VILLAGE)
INTAKE, ROUTING, FOLLOWUP, METRICS = (
    f"village-{one}" for one in ("intake", "routing", "followup", "metrics")
)
REPORT, ACT, VISIT = (
    "POST /v1/reports", "POST /v1/incidents/{incident_id}/actions", "POST /v1/revisits/{incident_id}/visits",
)  # fmt: skip
DONE = {"method": "mediation", "outcome": "success", "agreement": True}


@pytest.fixture(scope="module")
def collector():
    collector = Collector()
    yield collector
    collector.stop()


@pytest.fixture(scope="module")
def county(stacks, collector):
    """Two tiers that record everything and tell it at once."""
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_TRACES_SAMPLER": "parentbased_always_on",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "2",
        "OTEL_RESOURCE_ATTRIBUTES": "k8s.pod.name=a-pod",
    }
    village, town, rest = RULES.partition("  town:\n")
    patient = village + town + rest.replace("PT3S", "PT4H", 2)  # nobody is above it here
    with stacks(patient, tiers=TIERS, settings=settings) as stack:
        yield stack


class Caller:
    """Somebody who traces their own requests, and finds them again at the collector."""

    def __init__(self, world, collector):
        self.world = world
        self.collector = collector

    async def post(self, program, path, body):
        """Posts once there is something to post to; (the answer, the trace it was asked in)."""
        number = secrets.token_hex(16)
        given = {"traceparent": f"00-{number}-{CALLER}-00", "Idempotency-Key": f"{KEY}-{uuid.uuid4()}"}

        async def tried():
            answer = await self.world.once("POST", program, path, json=body, headers=given)
            return None if answer.status_code in (404, 503) else answer

        answer = await self.world.until(tried, f"{program} has something at {path}")
        assert answer.status_code in (201, 202), answer.text
        return answer.json(), number

    async def report(self, **changes):
        party = {"name": NAME, "telephone": TELEPHONE, "address": ADDRESS}
        parties = [{"role": "applicant", **party}, {"role": "respondent"}]
        body = a_report(parties=parties, description=TOLD, **changes)
        said, number = await self.post(INTAKE, "/v1/reports", body)
        self.world.promised.add(said["incident_id"])
        return said["incident_id"], number

    async def act(self, tier, incident, action, **fields):
        body = {"action": {"action": action, **fields}, "actor": {"role": "officer", "ref": OFFICER}}
        return (await self.post(f"{tier}-routing", f"/v1/incidents/{incident}/actions", body))[1]

    async def leads(self, number, *steps):
        """The trace, once these steps hang on each other in it, from its beginning."""

        async def found():
            trace = Trace(self.collector.spans(), number)
            return trace if steps in trace.ways() else None

        return await self.world.until(found, f"{number} leads through {steps}", 60, 0.5)


@pytest.fixture
def caller(world, collector):
    return Caller(world, collector)


async def closed(caller, tier, incident):
    """Accepted, resolved, revisited, closed; the traces of the resolution and of the last visit."""
    await caller.act(tier, incident, "accept")
    resolved = await caller.act(tier, incident, "resolve", **DONE)
    await caller.world.visit(tier, incident, "p1", "satisfied")
    visit = {"party": "p2", "means": "home", "result": "satisfied"}
    _, visited = await caller.post(f"{tier}-followup", f"/v1/revisits/{incident}/visits", visit)
    await caller.world.comes_to(tier, incident, "closed")
    return resolved, visited


async def test_each_request_of_a_life_leads_by_parents_alone_to_the_figures(caller):
    incident, reported = await caller.report()
    resolved, visited = await closed(caller, "village", incident)

    first = await caller.leads(
        reported, (INTAKE, REPORT), (INTAKE, "send village.intake"), (ROUTING, "apply village.intake"),
        (ROUTING, "send village.routing"), (METRICS, "apply village.routing"),
    )  # fmt: skip
    await caller.leads(
        reported, (INTAKE, REPORT), (INTAKE, "send village.intake"), (METRICS, "apply village.intake")
    )
    await caller.leads(
        resolved, (ROUTING, ACT), (ROUTING, "send village.routing"), (FOLLOWUP, "apply village.routing"),
        (FOLLOWUP, "send village.followup"), (METRICS, "apply village.followup"),
    )  # fmt: skip
    await caller.leads(
        visited, (FOLLOWUP, VISIT), (FOLLOWUP, "send village.followup"), (ROUTING, "apply village.followup"),
        (ROUTING, "send village.routing"), (METRICS, "apply village.routing"),
    )  # fmt: skip
    assert first.orphans(CALLER) == []


async def test_a_partner_s_event_goes_on_in_the_partner_s_trace(caller, county):
    number, name = secrets.token_hex(16), f"{KEY}-{uuid.uuid4()}"
    trace = f"00-{number}-{CALLER}-01".encode()

    async with Partner(county.kafka) as partner:
        given = headers("report.submitted.v1", name, traceparent=trace)
        body = json.dumps(a_submission()).encode()
        for _ in range(2):
            await partner.raw(b"any", body, given)
    caller.world.promised.add(incident_id_of(SOURCE, name))

    await caller.leads(
        number, (INTAKE, "apply village.inbound"), (INTAKE, "send village.intake"), (ROUTING, "apply village.intake"),
        (ROUTING, "send village.routing"), (METRICS, "apply village.routing"),
    )  # fmt: skip


async def test_what_climbs_is_followed_into_the_town(caller):
    incident, _ = await caller.report()
    raised = await caller.act("village", incident, "escalate", reason="too-hard")
    await closed(caller, "town", incident)

    await caller.leads(
        raised, (ROUTING, ACT), (ROUTING, "send village.handoff"), ("town-routing", "apply village.handoff"),
        ("town-routing", "send town.routing"), ("town-metrics", "apply town.routing"),
    )  # fmt: skip
    await caller.leads(
        raised, (ROUTING, ACT), (ROUTING, "send village.handoff"), ("town-routing", "apply village.handoff"),
        ("town-routing", "send town.routing"), (INTAKE, "apply town.routing"),
    )  # fmt: skip


async def test_a_missed_deadline_begins_a_trace_that_is_followed_into_the_town(caller, collector):
    incident, _ = await caller.report(severity="prominent")
    await caller.world.comes_to("town", incident, "open")
    way = (
        (ROUTING, "fire deadline"), (ROUTING, "send village.handoff"), ("town-routing", "apply village.handoff"),
        ("town-routing", "send town.routing"), ("town-metrics", "apply town.routing"),
    )  # fmt: skip

    async def found():
        spans = collector.spans()
        roots = {one.trace for one in spans if one.step == way[0]}
        return any(way in Trace(spans, one).ways() for one in roots)

    await caller.world.until(found, "the deadline is followed", 60, 0.5)


async def test_links_lead_from_each_message_to_its_batch_and_from_the_batch_to_the_message(caller, collector):
    _, reported = await caller.report()
    way = (INTAKE, REPORT), (INTAKE, "send village.intake"), (ROUTING, "apply village.intake")
    trace = await caller.leads(reported, *way)
    [applied] = [one for one in trace.spans.values() if trace.way(one) == way]
    [batch] = [one for one in collector.spans() if (one.trace, one.id) in applied.links]
    within = {one.name for one in collector.spans() if one.parent == batch.id}

    assert batch.step == (ROUTING, "apply batch")
    assert (applied.trace, applied.parent) in batch.links
    assert batch.trace != applied.trace
    assert within >= {"decode", "guard", "apply", "outbox", "commit", "offsets"}


async def test_every_service_says_its_name_and_where_it_runs(caller, collector):
    incident, _ = await caller.report()
    await closed(caller, "village", incident)

    async def told():
        return {one.service for one in collector.spans()} >= {INTAKE, ROUTING, FOLLOWUP, METRICS}

    await caller.world.until(told, "the four services have told something", 60, 0.5)
    assert {one.resource["service.namespace"] for one in collector.spans()} == {"fengqiao"}
    assert {one.resource["k8s.pod.name"] for one in collector.spans()} == {"a-pod"}


async def test_no_byte_of_it_names_a_person_a_request_or_an_incident(caller, collector):
    incident, reported = await caller.report()
    await closed(caller, "village", incident)
    await caller.leads(
        reported, (INTAKE, REPORT), (INTAKE, "send village.intake"), (METRICS, "apply village.intake")
    )

    sent = b"\n".join(collector.bodies)
    names = [uuid.UUID(one) for one in caller.world.promised]
    hidden = [*(one.encode() for one in MARKED), *(str(one).encode() for one in names)]
    hidden += [form for one in names for form in (one.hex.encode(), one.bytes)]
    assert [one for one in hidden if one in sent] == []
    assert all(one.encode() in sent for one in (ROUTING, "apply village.intake", REPORT)), "it is readable"
    assert {name for one in collector.spans() for name in one.attributes} <= ATTRIBUTES


ATTRIBUTES = {
    "http.request.method", "http.route", "http.response.status_code", "url.scheme", "error.type", "fengqiao.outcome",
    "messaging.system", "messaging.operation.name", "messaging.operation.type", "messaging.consumer.group.name",
    "messaging.destination.name", "messaging.destination.partition.id", "messaging.kafka.offset",
    "messaging.batch.message_count", "cloudevents.event_type",
}  # fmt: skip
"""All that a span may say."""


async def test_a_collector_that_is_away_changes_nothing_and_is_told_of_once(caller, collector, county):
    collector.stop()
    incident, _ = await caller.report()
    await closed(caller, "village", incident)
    logs = {name: county.log(name).read_text() for name in (INTAKE, ROUTING, FOLLOWUP, METRICS)}

    collector.start()
    _, reported = await caller.report()

    await caller.leads(
        reported, (INTAKE, REPORT), (INTAKE, "send village.intake"), (ROUTING, "apply village.intake")
    )
    lines = {
        name: [one for one in text.splitlines() if "opentelemetry" in one] for name, text in logs.items()
    }
    assert all(len(found) <= 4 for found in lines.values()), lines
    assert "Traceback" not in "".join(logs.values())
