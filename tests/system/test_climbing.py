"""How a matter finds the tier that settles it: raised, skipped, late, returned, and whoever acts at the wrong one."""

import pytest

from tests.system.world import TOWN

pytestmark = [pytest.mark.system, pytest.mark.timeout(240), pytest.mark.usefixtures("audited")]


async def test_a_person_raises_it_with_a_reason_and_the_reporter_sees_it_climb(world):
    incident = await world.report()

    await world.done("village", incident, "escalate", reason="too-hard")
    await world.done("town", incident, "accept")
    await world.done("town", incident, "escalate", reason="needs-departments")
    await world.done("county", incident, "accept")
    await world.resolve("county", incident)
    await world.satisfied("county", incident)

    view = await world.timeline(incident, "incident.closed.v1", lines=13)
    assert view["tier"] == "county"
    assert {line["tier"] for line in view["timeline"]} == {"village", "town", "county"}


async def test_the_history_at_a_higher_tier_tells_who_raised_it_and_why(world):
    incident = await world.report()
    await world.done("village", incident, "escalate", reason="too-hard")

    opened = await world.comes_to("town", incident, "open")

    assert [one["event"] for one in opened["history"]] == [
        "incident.opened.v1", "incident.escalated.v1", "incident.opened.v1",
    ]  # fmt: skip


async def test_a_missed_deadline_raises_it_until_the_county_only_alarms(world):
    incident = await world.report(severity="prominent")

    await world.comes_to("county", incident, "open")

    late = await world.timeline(incident, "incident.overdue.v1")
    assert late["tier"] == "county"
    assert (await world.incident("county", incident))["due_at"] is None


async def test_a_skip_goes_where_the_policy_allows_it_and_is_refused_elsewhere(world):
    allowed, refused = await world.report(severity="prominent"), await world.report()

    skipped = await world.done("village", allowed, "escalate", reason="too-hard", to_tier="county")
    answer = await world.act("village", refused, "escalate", reason="too-hard", to_tier="county")

    assert skipped["owner"] == "county"
    await world.comes_to("county", allowed, "open")
    assert (await world.incident("town", allowed)) == {"absent": True}
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:fengqiao:problem:skip-not-allowed")


async def test_a_matter_is_returned_the_way_it_came_with_a_reason(world):
    incident = await world.report()
    await world.done("village", incident, "escalate", reason="too-hard")

    await world.done("town", incident, "return", reason="can-be-settled-locally")

    await world.comes_to("village", incident, "open")
    await world.timeline(incident, "incident.opened.v1", after="incident.returned.v1")
    nowhere = await world.act("village", incident, "return", reason="wrong-tier")
    assert (nowhere.status_code, nowhere.json()["type"]) == (409, "urn:fengqiao:problem:nowhere-to-return")


async def test_a_major_matter_and_one_of_a_town_go_to_the_town(world):
    major, of_town = await world.report(severity="major"), await world.report(area=TOWN)

    for incident in (major, of_town):
        await world.comes_to("town", incident, "open")
        assert (await world.comes_to("village", incident, "handed-over"))["owner"] == "town"


async def test_an_action_at_a_tier_that_handed_it_over_takes_effect_at_its_owner(world):
    incident = await world.report()
    await world.done("village", incident, "escalate", reason="too-hard")

    answer = await world.act("village", incident, "accept")

    assert (answer.status_code, answer.json()["forwarded_to"]) == (202, "town")
    await world.comes_to("town", incident, "accepted")
