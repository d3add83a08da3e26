"""One incident from report to revisit, through the public doors and by events, in three tiers."""

import asyncio

import pytest

from tests.system import books, invariants
from tests.system.damage import DAMAGES, damaged
from tests.system.partner import BINARY, STRUCTURED, Partner

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]


REST = (
    "village-followup", "village-metrics", "town-intake", "town-metrics",
    "county-intake", "county-routing", "county-followup", "county-metrics",
)  # fmt: skip
"""Services that a test of restarts has not killed at a step of their own."""


async def test_a_village_settles_a_matter_and_it_is_revisited_and_closed(world):
    incident = await world.report()

    await world.done("village", incident, "accept")
    await world.done("village", incident, "assign", assignee="officer/7")
    await world.resolve("village", incident)
    await world.satisfied("village", incident)

    closed = await world.comes_to("village", incident, "closed")
    assert closed["on_time"] is True
    view = await world.timeline(incident, "incident.closed.v1", lines=9)
    assert view["status"] == "closed"
    assert [line["type"] for line in view["timeline"]] == [
        "incident.opened.v1", "incident.accepted.v1", "incident.assigned.v1", "incident.resolved.v1",
        "revisit.planned.v1", "revisit.visited.v1", "revisit.visited.v1", "revisit.completed.v1", "incident.closed.v1",
    ]  # fmt: skip


async def acts(world, incident, action, **fields):
    """What a named officer of the village does."""
    body = {"action": {"action": action, **fields}, "actor": {"role": "officer", "ref": "o-1102"}}
    answer = await world.post("village-routing", f"/v1/incidents/{incident}/actions", body)
    assert answer.status_code == 201, answer.text


async def test_a_suspended_clock_runs_on_with_what_was_left(world):
    incident = await world.report()
    await world.comes_to("village", incident, "open")
    await acts(world, incident, "extend", reason="complex", approver="o-9", span="PT1H")
    before = await world.incident("village", incident)
    await acts(world, incident, "suspend", reason="party-away", approver="o-9")
    await asyncio.sleep(2)

    still = await world.incident("village", incident)
    await acts(world, incident, "resume")
    runs = await world.get("village-routing", f"/v1/incidents/{incident}/deadlines")
    await world.done("village", incident, "accept")
    await world.resolve("village", incident)

    assert (still["status"], still["due_at"]) == ("open", None)
    assert [one["kind"] for one in runs["moves"]] == ["extended", "suspended", "resumed"]
    assert runs["due_at"] > before["due_at"]
    view = await world.timeline(incident, "revisit.planned.v1", lines=7)
    assert [line["type"] for line in view["timeline"]] == [
        "incident.opened.v1", "incident.extended.v1", "incident.suspended.v1", "incident.resumed.v1",
        "incident.accepted.v1", "incident.resolved.v1", "revisit.planned.v1",
    ]  # fmt: skip


async def test_a_relapse_reopens_it_where_it_was_resolved_and_the_second_attempt_closes_it(world):
    incident = await world.report()
    await world.done("village", incident, "escalate", reason="too-hard")
    await world.done("town", incident, "accept")
    await world.resolve("town", incident)

    await world.visit("town", incident, "p2", "dissatisfied")
    await world.comes_to("town", incident, "accepted", attempt=2)
    await world.resolve("town", incident)
    await world.satisfied("town", incident, attempt=2)

    await world.comes_to("town", incident, "closed", attempt=2)


async def test_who_refuses_cannot_be_reached_or_was_not_asked_is_never_counted_as_satisfied(world):
    waiting, unheard = [await world.report(category="medical") for _ in range(2)]
    for incident in (waiting, unheard):
        await world.done("village", incident, "accept")
        await world.resolve("village", incident)

    for party, result in (("p1", "refused"), ("p2", "unreachable"), ("p2", "unreachable")):
        assert (await world.visit("village", unheard, party, result)).status_code == 201

    await world.comes_to("village", unheard, "closed")
    revisit = await world.get("village-followup", f"/v1/revisits/{unheard}")
    assert revisit["outcome"] == "unheard"
    await world.until(
        lambda: told_apart(world, "applicant", (1, 0, 1)), "one applicant refused, one is pending", 20
    )
    await world.until(lambda: told_apart(world, "respondent", (0, 1, 1)), "one respondent is unreachable", 20)


async def told_apart(world, role, counted):
    """Whether nobody counts as satisfied, and (refused, unreachable, pending) are as said."""
    figures = await world.get("village-metrics", "/v1/metrics", category="category/1:medical")
    rate = next(one for one in figures["rates"] if one["id"] == f"satisfaction.{role}@1")
    apart = rate["apart"]
    fits = (apart["refused"], apart["unreachable"], apart["pending"]) == counted
    return fits and (rate["numerator"], rate["denominator"], rate["value"]) == (0, 0, None)


async def test_a_revisit_that_is_not_made_in_time_is_an_event_and_can_still_be_made(world):
    incident = await world.report()
    await world.done("village", incident, "accept")
    await world.resolve("village", incident)

    await world.timeline(incident, "revisit.overdue.v1")
    await world.satisfied("village", incident)

    await world.comes_to("village", incident, "closed")


@pytest.mark.parametrize("mode", [BINARY, STRUCTURED])
async def test_another_system_takes_a_matter_all_the_way_by_events_alone_each_sent_twice(world, county, mode):
    done = {"method": "mediation", "outcome": "success"}
    async with Partner(county.kafka) as partner:
        for _ in range(2):
            incident = await partner.report(f"{mode}-1", mode)
            await partner.act(f"{mode}-2", f"{mode}-1", "accept", mode)
            await partner.act(f"{mode}-3", f"{mode}-1", "resolve", mode, **done)
        world.promised.add(incident)
        await world.timeline(incident, "revisit.planned.v1")
        for party in ("p1", "p2", "p1", "p2"):
            fields = {"party": party, "means": "telephone", "result": "satisfied"}
            await partner.act(f"{mode}-{party}", f"{mode}-1", "visit", mode, **fields)

    view = await world.timeline(incident, "incident.closed.v1", lines=8)
    types = [line["type"] for line in view["timeline"]]
    assert len(types) == len(set(types)) + 1 == 8  # two visits, everything else once


async def test_a_restart_of_each_service_in_between_changes_nothing(world, county):
    incident = await world.report()
    county.kill("village-intake")
    county.kill("village-routing")
    await world.done("village", incident, "escalate", reason="too-hard")
    county.kill("town-routing")
    await world.done("town", incident, "accept")
    county.kill("town-followup")
    await world.resolve("town", incident)
    for program in REST:
        county.kill(program)
    await world.satisfied("town", incident)

    view = await world.timeline(incident, "incident.closed.v1", lines=10)
    assert len(view["timeline"]) == 10
    await world.ready(*(name for name in county.programs() if "-" in name))


@pytest.mark.long
async def test_the_audit_that_follows_every_test_notices_whatever_could_be_wrong(world, county):
    late = await world.report(severity="prominent")
    await world.timeline(late, "incident.overdue.v1")
    unsettled = await world.report()
    await world.done("village", unsettled, "accept")
    climbed = await world.report()
    await world.done("village", climbed, "escalate", reason="too-hard")
    await world.done("town", climbed, "accept")
    await world.resolve("town", climbed)
    await world.timeline(climbed, "revisit.planned.v1")
    await invariants.hold(world, world.promised, probes=False)
    sound = await books.opened(county)

    noticed = {one.__name__: invariants.violations(damaged(sound, one), world.promised) for one in DAMAGES}

    assert invariants.violations(sound, world.promised) == []
    assert [name for name, found in noticed.items() if not found] == []
    told_too_much = invariants.violations(sound, {*world.promised, "a promise nobody kept"})
    assert told_too_much
