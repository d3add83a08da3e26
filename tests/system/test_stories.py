"""The published practices as stories: how a county keeps small matters small, over the public doors of three tiers.

The policy is the product's own, with a quick reminder and with agreements that joint mediation must reach.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import policy
from tests.system import invariants
from tests.system.listener import Listener
from tests.system.partner import Partner
from tests.system.people import (
    CONVENOR,
    HANDLER,
    JUSTICE,
    MEDIATOR,
    OFFICER,
    POLICE,
    SETTLED,
    SUPERVISOR,
    counted,
    does,
    events,
    is_refused,
    is_told,
    reports,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

OWN = (
    ("version: default/2", "version: stories/1"),
    ("agreement_required: false", "agreement_required: true"),
    ("prominent: 3 working days, major: 1 working day}", "prominent: 3 working days, major: PT3S}"),
)
"""What differs from the product's policy."""
VILLAGES = {
    story: f"620522100{at:03}"
    for at, story in enumerate(("settled", "joint", "convened", "court", "listed"), start=1)
}
"""A village of its own for each story, so that its figures are its own."""

DEPARTMENTS = [
    {"role": "police", "ref": "c-33", "ring": "5-minutes"},
    {"role": "justice-office", "ref": "c-41", "ring": "slow"},
    {"role": "petition-office", "ref": "c-52", "ring": "slow"},
]
RESPONSE = (
    ("acknowledge", {}),
    ("support", {"support": "mediation"}),
    ("report-result", {"outcome": "success"}),
)
"""What a department does that is called without having to arrive."""
TOGETHER = SETTLED | {"method": "administrative"}


def rules():
    """The policy of the stories."""
    text = (Path(policy.__file__).parent / "default.yaml").read_text(encoding="utf-8")
    for old, new in OWN:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def county(stacks):
    """The whole county with the policy of the stories."""
    with stacks(rules=rules()) as stack:
        yield stack


async def test_the_village_settles_it_on_the_spot_and_asks_each_party_before_it_closes(world, county):
    report = await reports(world, area=VILLAGES["settled"], people=2)
    incident = report["incident_id"]
    await world.comes_to("village", incident, "open")

    async with (
        Partner(county.kafka, source="/grid/terminal-7") as grid,
        Listener(county.kafka, "village.routing") as told,
    ):
        await grid.ask("settled-accept", incident, "accept", OFFICER)
        await world.comes_to("village", incident, "accepted")
        await grid.ask("settled-again", incident, "accept", OFFICER)
        refused = await told.hears("action.refused.v1", incident, action="accept")
        await does(world, MEDIATOR, "village", incident, "resolve", method="mediation", **SETTLED)
        await world.satisfied("village", incident, parties=("p1",))
        by_telephone = {"party": "p2", "means": "telephone", "result": "satisfied"}
        await grid.ask("settled-visit", incident, "visit", OFFICER, **by_telephone)
    closed = await world.comes_to("village", incident, "closed")

    assert report["proposed"] == {"severity": "ordinary", "reasons": []}
    assert refused["reason"] == "already-accepted"
    assert closed["on_time"] is True
    assert events(closed) == [
        "incident.opened.v1", "incident.accepted.v1", "incident.resolved.v1", "incident.closed.v1",
    ]  # fmt: skip
    assert await is_told(world, incident, "incident.closed.v1") == [
        "incident.opened.v1", "incident.accepted.v1", "incident.resolved.v1", "revisit.planned.v1",
        "revisit.visited.v1", "revisit.visited.v1", "revisit.completed.v1", "incident.closed.v1",
    ]  # fmt: skip
    await counted(world, VILLAGES["settled"], "resolved_in_village@1", (1, 1, "100.00"))
    await invariants.hold(world, world.promised, probes=False)


async def test_a_joint_mediation_comes_to_an_agreement_and_nothing_is_resolved_before_it(world, county):
    report = await reports(world, area=VILLAGES["joint"], people=6)
    incident = report["incident_id"]
    await world.comes_to("village", incident, "open")
    await does(world, OFFICER, "village", incident, "accept")
    too_early = await is_refused(world, OFFICER, "village", incident, "resolve", method="joint", **SETTLED)

    async with (
        Partner(county.kafka, source="/justice/office-41") as justice,
        Listener(county.kafka, "village.routing") as told,
    ):
        await does(world, OFFICER, "village", incident, "call-session", **a_session())
        await justice.ask("joint-early", incident, "resolve", JUSTICE, method="joint", **SETTLED)
        refused = await told.hears("action.refused.v1", incident, action="resolve")
        came = {"session": 1, "present": ["b1", "b2", "p1", "p2"]}
        held = {"agreement": True, "reference": "rmtj-2026-0017"}
        await justice.ask("joint-held", incident, "hold-session", JUSTICE, **came, **held)
        agreed = await told.hears("mediation.held.v1", incident)
    await does(world, OFFICER, "village", incident, "resolve", method="joint", **SETTLED)
    await world.satisfied("village", incident)
    closed = await world.comes_to("village", incident, "closed")

    assert (report["severity"], report["proposed"]["severity"]) == ("severity/1:prominent", "prominent")
    assert [one["rule"] for one in report["proposed"]["reasons"]] == ["many-people"]
    assert too_early == "no-session-held"
    assert (refused["reason"], refused["about"]) == ("session-open", "session:1")
    assert [one["role"] for one in agreed["present"][:2]] == ["village-committee", "justice-office"]
    assert (agreed["missing"], agreed["reference"]) == ([], "rmtj-2026-0017")
    assert [(one["state"], one["agreement"]) for one in closed["sessions"]] == [("held", True)]
    assert events(closed)[1:] == [
        "incident.accepted.v1", "mediation.called.v1", "mediation.held.v1", "incident.resolved.v1",
        "incident.closed.v1",
    ]  # fmt: skip
    assert closed["history"][-2]["detail"] == "method/1:joint outcome/1:success"
    await counted(world, VILLAGES["joint"], "joint_agreement@1", (1, 1, "100.00"))
    await invariants.hold(world, world.promised, probes=False)


def a_session():
    """A session of the village committee and the justice office, the day after tomorrow."""
    bodies = [
        {"role": "village-committee", "ref": "c-40"},
        {"role": "justice-office", "ref": JUSTICE["ref"]},
    ]
    at = datetime.now(UTC) + timedelta(days=2)
    return {"at": at.isoformat(), "place": VILLAGES["joint"], "bodies": bodies}


async def test_the_town_convenes_departments_and_a_relapse_brings_the_matter_back_to_it(world, county):
    incident = (await reports(world, area=VILLAGES["convened"]))["incident_id"]
    await world.comes_to("village", incident, "open")
    await does(world, OFFICER, "village", incident, "accept")
    await does(world, OFFICER, "village", incident, "escalate", reason="needs-departments")
    await world.comes_to("town", incident, "open")
    await does(world, CONVENOR, "town", incident, "accept")
    await does(world, CONVENOR, "town", incident, "whistle", participants=DEPARTMENTS)

    early = await is_refused(world, CONVENOR, "town", incident, "resolve", **TOGETHER)
    excuse = {"whistle": 1, "participant": "p3", "reason": "engaged-elsewhere", "approver": "o-9"}
    await does(world, CONVENOR, "town", incident, "excuse", **excuse)
    for action, fields in RESPONSE:
        await does(world, JUSTICE, "town", incident, action, whistle=1, participant="p2", **fields)
    refused, ended = await the_police_respond(county, incident)

    await does(world, CONVENOR, "town", incident, "resolve", **TOGETHER)
    assert (await world.visit("town", incident, "p2", "relapse")).status_code == 201
    reopened = await world.comes_to("town", incident, "accepted", attempt=2)
    await does(world, CONVENOR, "town", incident, "resolve", **TOGETHER)
    await world.satisfied("town", incident, attempt=2)
    closed = await world.comes_to("town", incident, "closed", attempt=2)

    assert early == "whistle-open"
    assert (refused["reason"], refused["about"]) == ("out-of-turn", "arrive")
    assert [one["standing"] for one in ended["participants"]] == ["reported", "reported", "excused"]
    assert (reopened["owner"], reopened["accepted_at"] is not None) == ("town", True)
    assert [one for one in events(closed) if one.startswith("incident.")] == [
        "incident.opened.v1", "incident.accepted.v1", "incident.escalated.v1", "incident.opened.v1",
        "incident.accepted.v1", "incident.resolved.v1", "incident.reopened.v1", "incident.resolved.v1",
        "incident.closed.v1",
    ]  # fmt: skip
    [excused] = [one for one in closed["history"] if one["event"] == "whistle.excused.v1"]
    assert excused["detail"] == "whistle:1:p3 petition-office reason/1:engaged-elsewhere o-9"
    await is_told(world, incident, "incident.closed.v1")
    await counted(world, VILLAGES["convened"], "resolved_in_town@1", (1, 1, "100.00"))
    await invariants.hold(world, world.promised, probes=False)


async def the_police_respond(county, incident):
    """Their own system answers the whistle, and first forgets to arrive: the refusal, and the end of the whistle."""
    async with (
        Partner(county.kafka, "town", "/police/dispatch") as police,
        Listener(county.kafka, "town.routing") as told,
    ):

        async def step(action, fields):
            about = {"whistle": 1, "participant": "p1"}
            await police.ask(f"convened-{action}", incident, action, POLICE, **about, **fields)

        await step("acknowledge", {})
        await step("support", {"support": "records"})
        refused = await told.hears("action.refused.v1", incident, action="support")
        await step("arrive", {})
        await police.ask(
            "convened-support-2",
            incident,
            "support",
            POLICE,
            whistle=1,
            participant="p1",
            support="enforcement",
        )
        await step("report-result", {"outcome": "success"})
        return refused, await told.hears("whistle.ended.v1", incident)


async def test_a_major_matter_is_listed_with_a_leader_and_struck_off_by_somebody_who_did_not_handle_it(
    world, county
):
    report = await reports(world, area=VILLAGES["listed"], people=40)
    incident = report["incident_id"]
    opened = await world.comes_to("town", incident, "open")
    await does(world, HANDLER, "town", incident, "accept")
    await does(world, SUPERVISOR, "town", incident, "assign", assignee=HANDLER["ref"])

    async with (
        Partner(county.kafka, "town", "/supervision/office") as office,
        Listener(county.kafka, "town.routing") as told,
    ):
        await told.hears("incident.reminded.v1", incident, by="rhythm")
        await office.ask("listed-remind", incident, "remind", SUPERVISOR)
        await told.hears("incident.reminded.v1", incident, by="person")
        unfinished = await is_refused(world, SUPERVISOR, "town", incident, "strike-off")
        await does(world, HANDLER, "town", incident, "resolve", method="professional", **SETTLED)
        await world.satisfied("town", incident)
        closed = await world.comes_to("town", incident, "closed")
        await office.ask("listed-strike-off", incident, "strike-off", HANDLER)
        refused = await told.hears("action.refused.v1", incident, action="strike-off")
        await does(world, SUPERVISOR, "town", incident, "strike-off")
        struck_off = await told.hears("incident.struck-off.v1", incident)

    assert [one["rule"] for one in report["proposed"]["reasons"]] == ["collective"]
    assert (opened["leader"], opened["listing"]["by"]) == ("post/town-secretary", "policy")
    assert opened["listing"]["reason"] == "reason/1:major-matter"
    assert unfinished == "not-finished"
    assert refused["reason"] == "handler-strikes-off"
    assert (struck_off["leader"], struck_off["actor"]) == ("post/town-secretary", SUPERVISOR)
    assert struck_off["reminders"] == closed["listing"]["reminders"] >= 2
    after = await world.incident("town", incident)
    assert (after["status"], after["listing"]) == ("closed", None)
    assert events(after)[-2:] == ["incident.closed.v1", "incident.struck-off.v1"]
    types = await is_told(world, incident, "incident.struck-off.v1")
    assert types.index("incident.listed.v1") < types.index("incident.reminded.v1")
    await invariants.hold(world, world.promised, probes=False)
