"""What is done together and under whose eyes, through the public doors, by the real clock: whistles, joint mediation,
and a listed matter from its listing to the striking off, with a relapse long after it was closed."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]

POLICE = {"role": "police", "ref": "c-33", "ring": "3-minutes"}
SILENT = {"role": "grid-staff", "ref": "c-22", "ring": "1-minute"}
STEPS = (
    ("acknowledge", {}), ("arrive", {}), ("support", {"support": "enforcement"}),
    ("report-result", {"outcome": "success"}),
)  # fmt: skip
OFFICE = {"role": "supervision-office", "ref": "o-3003"}
HANDLER = {"role": "officer", "ref": "o-1102"}
SUCCESS = {"method": "joint", "outcome": "success", "agreement": True}


async def acts(world, incident, action, status=201, **fields):
    """What a named officer of the village does, and the problem if it is refused."""
    body = {"action": {"action": action, **fields}, "actor": {"role": "officer", "ref": "o-1102"}}
    answer = await world.post("village-routing", f"/v1/incidents/{incident}/actions", body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def in_handling(world):
    incident = await world.report()
    await world.comes_to("village", incident, "open")
    await acts(world, incident, "accept")
    return incident


async def told(world, incident, last):
    """The types of what the reporter is told, up to a certain one."""

    async def heard():
        view = await world.get("village-intake", f"/v1/reports/{incident}")
        types = [line["type"] for line in view.get("timeline", ())]
        return types[: types.index(last) + 1] if last in types else None

    return await world.until(heard, f"the reporter is told {last}")


async def test_who_answers_a_whistle_helps_who_is_silent_is_recorded_and_then_the_matter_is_resolved(world):
    incident = await in_handling(world)
    await acts(world, incident, "whistle", participants=[POLICE, SILENT])
    refused = await acts(world, incident, "resolve", 409, **SUCCESS)
    for action, fields in STEPS:
        await acts(world, incident, action, whistle=1, participant="p1", **fields)

    async def ended():
        [whistle] = (await world.incident("village", incident))["whistles"]
        return whistle if whistle["ended_at"] else None

    whistle = await world.until(ended, "the whistle to end")
    await acts(world, incident, "resolve", **SUCCESS)

    assert refused["detail"].endswith("(whistle:1)")
    assert [one["standing"] for one in whistle["participants"]] == ["reported", "unresponsive"]
    assert [stage["overdue"] for stage in whistle["participants"][1]["stages"][:2]] == [True, True]
    assert (await told(world, incident, "revisit.planned.v1"))[2:] == [
        "whistle.blown.v1", "whistle.acknowledged.v1", "whistle.arrived.v1", "whistle.supported.v1",
        "whistle.ended.v1", "incident.resolved.v1", "revisit.planned.v1",
    ]  # fmt: skip


async def test_a_session_is_missed_by_the_clock_and_the_next_one_comes_to_an_agreement(world):
    incident = await in_handling(world)
    session = {"place": "620522101203", "bodies": [{"role": "justice-office", "ref": "c-41"}]}
    soon = datetime.now(UTC) + timedelta(seconds=2)
    await acts(world, incident, "call-session", at=soon.isoformat(), **session)

    async def missed():
        [one] = (await world.incident("village", incident))["sessions"]
        return one["state"] == "missed"

    await world.until(missed, "the session to be missed")
    await acts(world, incident, "call-session", at=(soon + timedelta(days=1)).isoformat(), **session)
    refused = await acts(world, incident, "resolve", 409, **SUCCESS)
    await acts(
        world,
        incident,
        "hold-session",
        session=2,
        present=["b1", "p1", "p2"],
        agreement=True,
        reference="x-1",
    )
    await acts(world, incident, "resolve", **SUCCESS)
    await acts(world, incident, "confirm-agreement", session=2, confirmed=True, reference="sfqr-1")

    seen = await world.incident("village", incident)
    assert refused["detail"].endswith("(session:2)")
    assert [(one["state"], one["agreement"], one["confirmed"]) for one in seen["sessions"]] == [
        ("missed", None, None), ("held", True, True),
    ]  # fmt: skip
    heard = await told(world, incident, "mediation.confirmed.v1")
    assert [one for one in heard if one.startswith("mediation.")] == [
        "mediation.called.v1", "mediation.missed.v1", "mediation.called.v1", "mediation.held.v1",
        "mediation.confirmed.v1",
    ]  # fmt: skip


async def test_a_whistle_ends_where_the_matter_climbs_and_a_late_answer_is_refused_there(world):
    incident = await in_handling(world)
    await acts(world, incident, "whistle", participants=[POLICE])
    await acts(world, incident, "escalate", reason="too-hard")
    await world.comes_to("town", incident, "open")
    late = await acts(world, incident, "acknowledge", 202, whistle=1, participant="p1")

    async def answered():
        refused = await world.query(
            "routing_town", "select 1 from outbox where type = 'action.refused.v1' and key = $1", incident
        )
        return bool(refused)

    await world.until(answered, "the late answer to be refused")
    seen = await world.incident("town", incident)

    assert late["forwarded_to"] == "town"
    assert [
        (one["event"], one["detail"]) for one in seen["history"] if one["event"].startswith("whistle.")
    ] == [
        ("whistle.blown.v1", "whistle:1 p1:police:3-minutes"),
        ("whistle.called-off.v1", "whistle:1 reason/1:handed-over p1:called"),
    ]


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
