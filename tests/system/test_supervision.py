"""A listed matter with a leader, from its listing to the striking off, with a relapse long after it was closed."""

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]
OFFICE = {"role": "supervision-office", "ref": "o-3003"}
HANDLER = {"role": "officer", "ref": "o-1102"}


async def asked(world, tier, incident, action, *, actor=OFFICE, **fields):
    """What somebody named does; the answer."""
    body = {"action": {"action": action, **fields}, "actor": actor}
    return await world.post(f"{tier}-routing", f"/v1/incidents/{incident}/actions", body)


async def done(world, tier, incident, action, **more):
    answer = await asked(world, tier, incident, action, **more)
    assert answer.status_code == 201, answer.text


async def resolved(world, tier, incident):
    result = {"method": "mediation", "outcome": "success", "agreement": True}
    await done(world, tier, incident, "resolve", actor=HANDLER, **result)


async def a_second_round(world, tier, incident):
    async def there():
        found = await world.get(f"{tier}-followup", f"/v1/revisits/{incident}")
        return found if found.get("round") == 2 else None

    return await world.until(there, f"{incident} has a second round at {tier}")


async def test_a_listed_case_climbs_with_its_leader_and_is_struck_off_by_somebody_else(world):
    incident = await world.report()
    await world.comes_to("village", incident, "open")
    await done(world, "village", incident, "list", leader="l-7", reason="leader-decides")
    await done(world, "village", incident, "remind")
    await done(world, "village", incident, "escalate", reason="too-hard")

    opened = await world.comes_to("town", incident, "open")
    await world.done("town", incident, "accept")
    early = await asked(world, "town", incident, "strike-off")
    await resolved(world, "town", incident)
    await world.satisfied("town", incident)
    closed = await world.comes_to("town", incident, "closed")
    handler = await asked(world, "town", incident, "strike-off", actor=HANDLER)
    listed = await world.get("town-routing", "/v1/incidents", listed="true", leader="l-7")
    await done(world, "town", incident, "strike-off")

    assert (opened["leader"], opened["listing"]["reminders"]) == ("l-7", 1)
    assert (early.status_code, early.json()["type"]) == (409, "urn:fengqiao:problem:not-finished")
    assert closed["listing"] is not None
    assert (handler.status_code, handler.json()["type"]) == (409, "urn:fengqiao:problem:handler-strikes-off")
    assert incident in [one["incident_id"] for one in listed["incidents"]]
    await world.timeline(incident, "incident.struck-off.v1")
    assert (await world.incident("town", incident))["listing"] is None


async def test_a_relapse_months_after_the_closing_reopens_lists_and_reminds(world):
    incident = await world.report(severity="major")
    await world.comes_to("town", incident, "open")
    await world.done("town", incident, "accept")
    await resolved(world, "town", incident)
    await world.satisfied("town", incident)
    await world.comes_to("town", incident, "closed")
    await a_second_round(world, "town", incident)

    visit = {"party": "p1", "means": "home", "result": "relapse"}
    answer = await world.post("town-followup", f"/v1/revisits/{incident}/visits", visit)
    reopened = await world.comes_to("town", incident, "accepted", attempt=2)
    reminded = await world.timeline(incident, "incident.reminded.v1")
    await resolved(world, "town", incident)
    await world.satisfied("town", incident, attempt=2)
    await world.comes_to("town", incident, "closed", attempt=2)

    assert answer.status_code == 201, answer.text
    assert (reopened["leader"], reopened["listing"]["reason"]) == ("post/town", "reason/1:relapsed-again")
    types = [line["type"] for line in reminded["timeline"]]
    assert types.index("incident.closed.v1") < types.index("incident.reopened.v1")
    assert types.index("incident.reopened.v1") < types.index("incident.listed.v1")
