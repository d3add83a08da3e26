"""What a grid worker recorded without a network comes in once, whatever happens to processes meanwhile."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.system.world import VILLAGE

pytestmark = [pytest.mark.system, pytest.mark.timeout(600), pytest.mark.usefixtures("audited")]

DEVICE = "grid-07"
HANDLED = ({"action": "accept"}, {"action": "assign", "assignee": "g-7"})


def item(name, kind, **fields):
    return {"id": name, "kind": kind, "occurred_at": datetime.now(UTC).isoformat(), **fields}


def a_report(name):
    return item(
        name, "report", area=VILLAGE, category="land", channel="patrol", parties=[{"role": "applicant"}]
    )


def an_action(name, incident, action, **believed):
    basis = [{"field": field, "value": value} for field, value in believed.items()]
    return item(name, "action", incident_id=incident, action=action, based_on=basis)


def a_patrol(name):
    return item(name, "activity", activity="patrol", area=VILLAGE, role="grid-staff", minutes=30)


def a_day(count):
    """So many matters, each reported, accepted and assigned in its turn, with a patrol after it."""
    for at in range(count):
        yield a_report(f"r-{at}")
        for number, action in enumerate(HANDLED):
            yield item(f"a-{at}-{number}", "action", report_id=f"r-{at}", action=action)
        yield a_patrol(f"p-{at}")


async def send(world, items):
    """Sends a batch until it is answered; what it let in was promised."""
    answer = await world.post("village-intake", "/v1/batches", {"device": DEVICE, "items": items})
    assert answer.status_code == 202, answer.text
    found = answer.json()["items"]
    world.promised.update(one["incident_id"] for one in found if one["kind"] == "report")
    return answer.json()


async def decided(world, batch):
    """The items of a batch, once each of its actions has been decided."""

    async def settled():
        found = await world.get("village-intake", f"/v1/batches/{batch['batch_id']}")
        return found if found.get("undecided") == 0 else None

    found = await world.until(settled, "every action of the batch is decided")
    return {one["id"]: one for one in found["items"]}


async def test_a_day_s_work_comes_in_once_although_intake_and_routing_are_killed_again_and_again(
    world, county
):
    work = list(a_day(100))
    parts = [work, work[:150], work[100:], work]
    patrols = len(await world.query("intake_village", "select from activity"))

    async def kill():
        for program in ("village-intake", "village-routing", "village-intake"):
            await asyncio.sleep(0.4)
            await asyncio.to_thread(county.kill, program)

    *batches, _ = await asyncio.gather(*(send(world, part) for part in parts), kill())

    for batch in batches:
        states = {one["kind"]: set() for one in batch["items"]}
        for one in (await decided(world, batch)).values():
            states[one["kind"]].add(one["state"])
        assert states == {"report": {"accepted"}, "action": {"done"}, "activity": {"accepted"}}
    assert batches[0]["batch_id"] == batches[3]["batch_id"]
    assert len(await world.query("intake_village", "select from activity")) - patrols == 100
    said = "select state::jsonb->>'assignee' as who, status from incident where incident_id = any($1)"
    reported = [one["incident_id"] for one in batches[0]["items"] if one["kind"] == "report"]
    rows = await world.query("routing_village", said, reported)
    assert [(row["who"], row["status"]) for row in rows] == [("g-7", "accepted")] * 100


async def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(world):
    incident = await world.report()
    await world.done("village", incident, "accept")
    await world.done("village", incident, "assign", assignee="u-1")

    batch = await send(world, [
        an_action("c-1", incident, {"action": "accept"}, status="open"),
        an_action("c-2", incident, {"action": "assign", "assignee": "u-2"}, status="accepted", assignee=None),
        an_action("c-3", incident, {"action": "accept"}),
        an_action("c-4", incident, {"action": "assign", "assignee": "u-3"}, assignee="u-1"),
    ])  # fmt: skip
    found = await decided(world, batch)

    assert {name: one["state"] for name, one in found.items()} == {
        "c-1": "conflict", "c-2": "conflict", "c-3": "refused", "c-4": "done",
    }  # fmt: skip
    assert found["c-1"]["conflicts"] == [{"field": "status", "expected": "open", "found": "accepted"}]
    assert found["c-2"]["conflicts"] == [{"field": "assignee", "expected": None, "found": "u-1"}]
    assert found["c-3"]["reason"] == "already-accepted"
    assert (await world.incident("village", incident))["assignee"] == "u-3"


async def test_who_says_nothing_of_what_was_there_overwrites_nobody_either(world):
    incident = await world.report()
    await world.done("village", incident, "accept")
    await world.done("village", incident, "assign", assignee="u-1")
    await world.done("village", incident, "change-leader", leader="l-1", reason="complex")

    batch = await send(world, [
        an_action("e-1", incident, {"action": "assign", "assignee": "u-2"}),
        an_action("e-2", incident, {"action": "change-leader", "leader": "l-2", "reason": "complex"}),
        an_action("e-3", incident, {"action": "triage", "severity": "major", "reason": "complex"}),
        an_action("e-4", incident, {"action": "assign", "assignee": "u-3"}, assignee="u-1"),
        an_action("e-5", incident, {"action": "assign", "assignee": "u-4"}),
    ])  # fmt: skip
    found = await decided(world, batch)

    assert {name: one["state"] for name, one in found.items()} == {
        "e-1": "conflict", "e-2": "conflict", "e-3": "conflict", "e-4": "done", "e-5": "done",
    }  # fmt: skip
    assert [found[name]["conflicts"] for name in ("e-1", "e-2", "e-3")] == [
        [{"field": "assignee", "expected": None, "found": "u-1"}],
        [{"field": "leader", "expected": None, "found": "l-1"}],
        [{"field": "severity", "expected": None, "found": "severity/1:ordinary"}],
    ]
    assert (await world.incident("village", incident))["assignee"] == "u-4"


async def test_a_conflict_finds_its_way_back_from_the_tier_that_owns_the_incident_by_now(world):
    incident = await world.report()
    await world.done("village", incident, "escalate", reason="too-hard")
    await world.comes_to("town", incident, "open")

    batch = await send(world, [
        an_action("d-1", incident, {"action": "accept"}, owner="village"),
        an_action("d-2", incident, {"action": "accept"}),
    ])  # fmt: skip
    found = await decided(world, batch)

    assert found["d-1"]["conflicts"] == [{"field": "owner", "expected": "village", "found": "town"}]
    assert found["d-2"]["state"] == "done"
    assert (await world.incident("town", incident))["status"] == "accepted"
