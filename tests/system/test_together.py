"""What is done together with others, through the public doors, by the real clock: whistles and joint mediation."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]

POLICE = {"role": "police", "ref": "c-33", "ring": "3-minutes"}
SILENT = {"role": "grid-staff", "ref": "c-22", "ring": "1-minute"}
STEPS = (
    ("acknowledge", {}), ("arrive", {}), ("support", {"support": "enforcement"}),
    ("report-result", {"outcome": "success"}),
)  # fmt: skip
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
