"""The published practices as stories: how a county keeps small matters small, over the public doors of three tiers.

The policy is the product's own, with a quick reminder and with agreements that joint mediation must reach.
"""

from datetime import datetime

import pytest

from tests.system.court import NUMBER, SOURCE, ZONE, Court, ledger_comes_to, rate
from tests.system.listener import Listener
from tests.system.partner import Partner
from tests.system.people import (
    CONVENOR,
    HANDLER,
    JUSTICE,
    MEDIATOR,
    OFFICER,
    SETTLED,
    SUPERVISOR,
    counted,
    does,
    events,
    is_refused,
    is_told,
    reports,
)
from tests.system.scenes import (
    DEPARTMENTS,
    RESPONSE,
    TO_COURT,
    TOGETHER,
    VILLAGES,
    a_session,
    rules,
    the_court_settles_it,
    the_office_supervises,
    the_police_respond,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(300), pytest.mark.usefixtures("audited")]


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
        "incident.opened.v1", "incident.accepted.v1", "incident.resolved.v1", "revisit.visited.v1",
        "revisit.visited.v1", "incident.closed.v1",
    ]  # fmt: skip
    assert [one["detail"].split()[::2] for one in closed["history"][3:5]] == [
        ["p1", "means/1:home"], ["p2", "means/1:telephone"],
    ]  # fmt: skip
    assert closed["history"][-1]["detail"] == "satisfied"
    assert await is_told(world, incident, "incident.closed.v1") == [
        "incident.opened.v1", "incident.accepted.v1", "incident.resolved.v1", "revisit.planned.v1",
        "revisit.visited.v1", "revisit.visited.v1", "revisit.completed.v1", "incident.closed.v1",
    ]  # fmt: skip
    await counted(world, VILLAGES["settled"], "resolved_in_village@1", (1, 1, "100.00"))


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
        "revisit.visited.v1", "revisit.visited.v1", "incident.closed.v1",
    ]  # fmt: skip
    assert closed["history"][-4]["detail"] == "method/1:joint outcome/1:success"
    await counted(world, VILLAGES["joint"], "joint_agreement@1", (1, 1, "100.00"))


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


async def test_a_major_matter_is_listed_with_a_leader_and_struck_off_by_somebody_who_did_not_handle_it(
    world, county
):
    report = await reports(world, area=VILLAGES["listed"], people=40)
    incident = report["incident_id"]
    opened = await world.comes_to("town", incident, "open")
    await does(world, HANDLER, "town", incident, "accept")
    await does(world, SUPERVISOR, "town", incident, "assign", assignee=HANDLER["ref"])

    unfinished, closed, refused, struck_off = await the_office_supervises(world, county, incident)

    assert [one["rule"] for one in report["proposed"]["reasons"]] == ["collective"]
    assert (opened["leader"], opened["listing"]["by"]) == ("post/town-secretary", "policy")
    assert opened["listing"]["reason"] == "reason/1:major-matter"
    assert unfinished == "not-finished"
    assert refused["reason"] == "handler-strikes-off"
    assert (struck_off["leader"], struck_off["actor"]) == ("post/town-secretary", SUPERVISOR)
    assert struck_off["reminders"] == closed["listing"]["reminders"] >= 2
    after = await world.incident("town", incident)
    assert (after["status"], after["listing"]) == ("closed", None)
    told = [one for one in events(after) if one.startswith("incident.")]
    assert told[-2:] == ["incident.closed.v1", "incident.struck-off.v1"]
    types = await is_told(world, incident, "incident.struck-off.v1")
    assert types.index("incident.listed.v1") < types.index("incident.reminded.v1")


async def test_a_matter_comes_from_the_court_and_is_answered_under_its_number_with_a_rate_that_has_a_denominator(
    world, county
):
    area = VILLAGES["court"]
    async with (
        Court(county.kafka) as court,
        Listener(county.kafka, "village.routing", "village.intake") as told,
    ):
        incident = await court.sends("court-1", area)
        world.promised.add(incident)
        opened = await world.comes_to("village", incident, "open")
        month = datetime.fromisoformat(opened["reported_at"]).astimezone(ZONE).strftime("%Y-%m")
        await court.sends("court-2", area)
        refused = await told.hears("submission.refused.v1", incident, source=SOURCE, id="court-2")
        await does(world, OFFICER, "village", incident, "accept")
        accepted = await told.hears("referral.answered.v1", incident, answer="accepted")
        await does(world, MEDIATOR, "village", incident, "resolve", method="mediation", **SETTLED)
        succeeded = await told.hears("referral.answered.v1", incident, answer="succeeded")
        undeclared = await ledger_comes_to(world, area, month, offered=1, accepted=1, succeeded=1)
        await court.declares("court-eligible", area, month, 4)
        declared = await ledger_comes_to(world, area, month, eligible=4)
    await world.satisfied("village", incident)
    await world.comes_to("village", incident, "closed")

    assert opened["channel"] == "channel/1:court"
    assert (refused["submitted"], refused["reason"]) == ("report.submitted.v1", "source-number-known")
    assert (accepted["source_number"], accepted["order"]) == (NUMBER, 1)
    assert (succeeded["source_number"], succeeded["order"], succeeded["before"]) == (NUMBER, 2, "accepted")
    assert rate(undeclared["diversion"]) == (1, None, None, "not-declared")
    assert rate(undeclared["success"]) == rate(declared["success"]) == (1, 1, "100.00", None)
    assert rate(declared["diversion"]) == (1, 4, "25.00", None)
    await is_told(world, incident, "incident.closed.v1")


async def test_a_matter_goes_out_to_the_court_is_recalled_unopened_goes_again_and_comes_back(world, county):
    incident = (await reports(world, area=VILLAGES["court"]))["incident_id"]
    await world.comes_to("village", incident, "open")
    await does(world, OFFICER, "village", incident, "accept")
    await does(world, OFFICER, "village", incident, "refer", **TO_COURT)
    out = await world.incident("village", incident)
    await does(world, OFFICER, "village", incident, "recall", reason="can-be-settled-locally")
    back = await world.incident("village", incident)
    await does(world, OFFICER, "village", incident, "refer", **TO_COURT)

    refused, too_late, elsewhere = await the_court_settles_it(world, county, incident)
    await does(world, OFFICER, "village", incident, "resolve", method="judicial", **SETTLED)
    await world.satisfied("village", incident)
    closed = await world.comes_to("village", incident, "closed")

    assert (out["away"]["stage"], out["due_at"]) == ("sent", None)
    assert (back["away"], back["due_at"] is not None) == (None, True)
    assert (refused["reason"], too_late, elsewhere) == ("another-referral", "opened-already", "out-of-hand")
    assert [one for one in events(closed) if "refer" in one] == [
        "incident.referred.v1", "referral.recalled.v1", "incident.referred.v1", "referral.opened.v1",
        "referral.accepted.v1", "referral.concluded.v1",
    ]  # fmt: skip
    types = await is_told(world, incident, "incident.closed.v1")
    assert types.count("incident.suspended.v1") == types.count("incident.resumed.v1") == 2
