"""Up by a person or a deadline, back down the way it came, and past a tier only where the policy says so."""

from dataclasses import replace

import pytest

from schemas.actions import Escalate, Return
from services.routing.handling import Request
from services.routing.handoff import first_tier, next_up
from services.routing.life import act
from services.routing.refusal import Refused
from tests.builders import NOW, OFFICER, VILLAGE, a_centre, an_accepted_incident, an_incident, policies


def escalated(incident, to_tier=None):
    request = Request(Escalate(reason="reason/1:too-hard", to_tier=to_tier), OFFICER, NOW)
    return act(incident, request, a_centre(incident.tier), NOW)


def returned(incident):
    request = Request(Return(reason="reason/1:wrong-tier"), OFFICER, NOW)
    return act(incident, request, a_centre(incident.tier), NOW)


def test_an_escalation_hands_the_whole_incident_to_the_tier_above_and_stops_the_clock():
    before = an_accepted_incident()

    after, [fact, whole] = escalated(before)

    assert (after.status, after.owner, after.due_at) == ("handed-over", "town", None)
    assert (fact.to_tier, fact.by, fact.reason) == ("town", "person", "reason/1:too-hard")
    assert (whole.to_tier, whole.from_tier, whole.path) == ("town", "village", ("village",))
    assert (whole.parties, whole.attempt, whole.policy) == (before.parties, before.attempt, before.policy)


def test_the_path_grows_with_every_tier():
    incident = an_incident(tier="town", path=("village",))

    _, [_, whole] = escalated(incident)

    assert (whole.to_tier, whole.path) == ("county", ("village", "town"))


def test_nothing_is_above_the_county():
    with pytest.raises(Refused, match="top-tier"):
        escalated(an_incident(tier="county"))


def test_an_ordinary_matter_may_not_skip_the_town():
    with pytest.raises(Refused, match="skip-not-allowed"):
        escalated(an_incident(), to_tier="county")


def test_a_major_matter_may_skip_the_town():
    _, [fact, whole] = escalated(an_incident(severity="severity/1:major"), to_tier="county")

    assert fact.to_tier == whole.to_tier == "county"
    assert whole.path == ("village",)


@pytest.mark.parametrize("to_tier", ["village", "town"])
def test_nothing_escalates_sideways_or_down(to_tier):
    with pytest.raises(Refused, match="skip-not-allowed"):
        escalated(an_incident(tier="town"), to_tier=to_tier)


def test_naming_the_tier_above_is_no_skip():
    assert next_up(an_incident(), "town", policies()) == "town"


@pytest.mark.parametrize(
    ("tiers", "incident", "to_tier"),
    [
        (("village", "county"), an_incident(), "town"),
        (("village", "county"), an_incident(), None),
        (("village", "town"), an_incident(tier="town"), None),
        (("village", "town"), an_incident(severity="severity/1:major"), "county"),
    ],
    ids=["named", "next by the policy", "above the top of this county", "by a skip"],
)
def test_nothing_is_handed_to_a_tier_this_county_has_not(tiers, incident, to_tier):
    here = replace(a_centre(incident.tier), tiers=tiers)
    request = Request(Escalate(reason="reason/1:too-hard", to_tier=to_tier), OFFICER, NOW)

    with pytest.raises(Refused, match="absent-tier"):
        act(incident, request, here, NOW)


def test_what_the_county_has_is_not_absent():
    village = replace(a_centre("village"), tiers=("village", "county"))
    request = Request(Escalate(reason="reason/1:too-hard", to_tier="county"), OFFICER, NOW)

    after, _ = act(an_incident(severity="severity/1:major"), request, village, NOW)

    assert after.owner == "county"


def test_a_return_goes_back_the_way_it_came():
    incident = an_accepted_incident(tier="county", path=("village", "town"))

    after, [fact, whole] = returned(incident)

    assert (fact.type, fact.to_tier) == ("incident.returned.v1", "town")
    assert (whole.to_tier, whole.path) == ("town", ("village",))
    assert after.owner == "town"


def test_after_a_skip_a_return_skips_as_well():
    _, [_, whole] = returned(an_incident(tier="county", path=("village",)))

    assert (whole.to_tier, whole.path) == ("village", ())


def test_what_no_tier_handed_over_cannot_be_returned():
    with pytest.raises(Refused, match="nowhere-to-return"):
        returned(an_incident(tier="town"))


@pytest.mark.parametrize(
    ("severity", "area", "tier"),
    [
        ("ordinary", VILLAGE, "village"),
        ("ordinary", VILLAGE + "001", "village"),
        ("prominent", VILLAGE, "village"),
        ("major", VILLAGE, "town"),
        ("ordinary", "620522101", "town"),
        ("ordinary", "620522", "county"),
        ("major", "620522", "county"),
        ("of-our-own", VILLAGE, "village"),
    ],
)
def test_severity_decides_the_first_tier_but_never_below_the_area(severity, area, tier):
    assert first_tier(an_incident(severity=f"severity/1:{severity}", area=area), policies()) == tier
