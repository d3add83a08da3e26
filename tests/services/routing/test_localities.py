"""What a locality changed in its policy and in its code lists is what routing goes by, and says."""

from datetime import timedelta

import pytest

from messaging.errors import Rejected
from policy.load import policy
from policy.model import Policy
from schemas.actions import Accept, Escalate, Resolve
from schemas.codes import load
from schemas.referrals import Refer
from schemas.whistle_actions import Whistle
from services.routing.centre import Centre
from services.routing.life import arrive, late
from services.routing.manning import Need, needed
from services.routing.refusal import Refused
from services.routing.versions import Versions
from tests.builders import ROOT, a_policy, an_accepted_incident, an_incident, asking, handed_over, reported
from tests.locality import lists
from tests.services.routing import acting

TOO_HARD = Escalate(reason="reason/1:too-hard")


def a_county(folder, **changes):
    """A policy that was read beside the lists of the county."""
    rules = a_policy().model_dump(mode="json") | {"version": "gannan/1"} | changes
    return Policy.model_validate(rules, context={"lists": load(lists(folder))})


def centre(rules):
    return Centre("village", {rules.version: rules})


def test_a_reason_of_its_own_is_named_in_full_where_a_rule_lists_a_matter(tmp_path):
    listing = {
        "rules": [{"reason": "pasture-conflict", "severities": ["prominent"]}],
        "leaders": {"village": "post/a", "town": "post/b", "county": "post/c"},
    }
    rules = a_county(tmp_path, supervision=listing)

    listed, _ = arrive(None, reported(severity="severity/1:prominent"), centre(rules), acting.NOW)

    assert listed.listing.reason == "gannan.reason/1:pasture-conflict"


def test_a_reason_of_its_own_is_named_in_full_where_a_clock_stands_still_by_rule(tmp_path):
    pauses = {"suspend": ["snowed-in"], "extend": []}
    rules = a_county(tmp_path, pauses=pauses, referrals={"out": {"pause": "snowed-in"}})
    refer = Refer(body="referral-body/1:court", unit="court/1", reason="reason/1:beyond-authority")

    _, events = acting.done(an_accepted_incident(policy="gannan/1"), refer, centre=centre(rules))

    assert [one.reason for one in events] == ["reason/1:beyond-authority", "gannan.reason/1:snowed-in"]


def test_an_older_policy_names_reasons_in_full_that_stand_in_no_list_of_today(tmp_path):
    found = policy(ROOT / "policy" / "default-1.yaml", named=load(lists(tmp_path)))

    assert found.reason("snowed-in") == "gannan.reason/1:snowed-in"
    assert found.reason("long-gone") == "reason/1:long-gone"


STRAIGHT = {"from_tier": "village", "to_tier": "county", "severities": ["ordinary", "prominent", "major"]}
FARM = "623025900001"
"""A village that belongs to no town."""


def straight(**changes):
    return a_policy(skips=[STRAIGHT | {"areas": ["623025900"], "by_itself": True} | changes])


def test_what_nobody_accepts_in_a_village_without_a_town_climbs_straight_to_the_county():
    village = Centre("village", {"default/2": straight()})
    farm, _ = arrive(None, reported(area=FARM), village, acting.NOW)

    after, _ = late(farm, farm.next_due, village, farm.due_at)

    assert (after.status, after.owner) == ("handed-over", "county")


def test_who_raises_a_matter_of_a_village_without_a_town_need_not_say_where_to():
    village = Centre("village", {"default/2": straight()})

    after, events = acting.done(an_accepted_incident(area=FARM), TOO_HARD, centre=village)

    assert after.owner == "county"
    assert events[0].rule == "default/2 skips.0"


def test_what_begins_above_a_village_without_a_town_begins_at_the_county():
    village = Centre("village", {"default/2": straight()})

    farm, _ = arrive(None, reported(area=FARM, severity="severity/1:major"), village, acting.NOW)

    assert farm.owner == "county"


@pytest.mark.parametrize(
    "changes", [{"areas": ["623025100"]}, {"by_itself": False}, {"severities": ["major"]}]
)
def test_where_no_rule_says_so_what_climbs_goes_to_the_next_tier(changes):
    village = Centre("village", {"default/2": straight(**changes)})

    after, _ = acting.done(an_accepted_incident(area=FARM), TOO_HARD, centre=village)

    assert after.owner == "town"


def test_a_way_past_the_town_is_no_way_for_other_villages():
    village = Centre("village", {"default/2": straight()})

    refusal = acting.refused(
        an_accepted_incident(), Escalate(reason=TOO_HARD.reason, to_tier="county"), centre=village
    )

    assert refusal == "skip-not-allowed"


COMPLEX = "gannan.severity/1:complex"


def test_a_matter_of_a_severity_of_its_own_is_dealt_with_as_the_policy_says_in_every_respect():
    everybody = dict.fromkeys(("village", "town", "county"), "post/a")
    listing = {"rules": [{"reason": "major-matter", "severities": ["major"]}], "leaders": everybody}
    calls = [{"severities": ["major"], "roles": {"slow": ["officer"]}}]
    rules = a_policy(
        severities={"complex": "major"},
        first_tier={"ordinary": "village", "prominent": "village", "major": "village"},
        skips=[STRAIGHT | {"severities": ["major"]}],
        supervision=listing,
        whistle={"calls": calls},
    )
    village = Centre("village", {"default/2": rules})

    opened, events = arrive(None, reported(severity=COMPLEX), village, acting.NOW)
    after, _ = acting.done(opened, Escalate(reason=TOO_HARD.reason, to_tier="county"), centre=village)
    blown, _ = acting.done(opened, Whistle(), centre=village)

    assert events[0].rule == "default/2 first_tier.major"
    assert opened.due_at - acting.NOW == timedelta(hours=1)
    assert opened.listing.reason == "reason/1:major-matter"
    assert [one.role for one in blown.whistles[0].participants] == ["officer"]
    assert after.owner == "county"


def test_a_matter_of_a_severity_the_policy_does_not_name_is_ordinary_in_every_respect():
    village = Centre("village", {"default/2": straight(areas=[], by_itself=False, severities=["ordinary"])})
    unnamed = an_accepted_incident(severity=COMPLEX)

    after, _ = acting.done(unnamed, Escalate(reason=TOO_HARD.reason, to_tier="county"), centre=village)

    assert after.owner == "county"


@pytest.mark.parametrize(("methods", "refusal"), [(["elders"], "no-session-held"), (["joint"], None)])
def test_a_method_of_the_locality_is_joint_mediation_where_its_policy_says_so(methods, refusal):
    rules = a_policy(mediation={"methods": methods, "agreement_required": True})
    village = Centre("village", {"default/2": rules})
    resolve = Resolve(method="gannan.method/1:elders", outcome="outcome/1:success")

    try:
        found = None
        acting.done(an_accepted_incident(), resolve, centre=village)
    except Refused as refused:
        found = refused.reason

    assert found == refusal


def test_a_matter_that_comes_back_from_a_tier_with_other_policies_keeps_the_version_it_began_with_here():
    newer = a_policy(version="gannan/2", assignment=asking("mediator"))
    older = a_policy(version="gannan/1", assignment=asking("herd-head"))
    village = Centre("village", {"gannan/2": newer, "gannan/1": older})
    left = an_incident(policy="gannan/1", status="handed-over", owner="county")
    back = handed_over(to_tier="village", from_tier="county", policy="county/7", path=())

    after, _ = arrive(left, back, village, acting.NOW)
    whom = needed({left.incident_id: left}, back, village)

    assert after.policy == "gannan/1"
    assert whom == Need(frozenset((left.area,)), frozenset(("herd-head",)))


def test_a_matter_that_began_with_a_policy_this_tier_does_not_have_goes_by_the_one_in_force():
    village = Centre("village", {"gannan/2": a_policy(version="gannan/2")})

    after, _ = arrive(
        None, handed_over(to_tier="village", from_tier="town", policy="county/7"), village, acting.NOW
    )

    assert after.policy == "gannan/2"


def test_what_is_asked_of_a_matter_whose_policy_is_not_at_hand_is_kept_until_its_file_is_back():
    village = Centre("village", Versions({"gannan/2": a_policy(version="gannan/2")}))

    with pytest.raises(Rejected) as waits:
        arrive(an_incident(policy="gannan/1"), acting.received(Accept()), village, acting.NOW)

    assert waits.value.reason == "policy-not-at-hand"
    assert "gannan/1" in waits.value.detail


def test_a_matter_from_elsewhere_whose_policy_is_not_at_hand_still_goes_by_the_one_in_force():
    village = Centre("village", Versions({"gannan/2": a_policy(version="gannan/2")}))

    after, _ = arrive(None, handed_over(to_tier="village", policy="county/7"), village, acting.NOW)

    assert after.policy == "gannan/2"


@pytest.mark.parametrize(
    ("tier", "owner", "under"),
    [("village", "town", "missed.handle"), ("town", "town", None)],
)
def test_what_a_missed_deadline_does_may_be_different_at_a_tier(tier, owner, under):
    here = Centre(tier, {"default/2": a_policy(missed={"tiers": {"town": {"handle": "alarm"}}})})
    held = an_accepted_incident(tier=tier)

    after, events = late(held, held.next_due, here, held.due_at)

    assert after.owner == owner
    assert [one.rule for one in events[1:2]] == ([f"default/2 {under}"] if under else [])


def test_a_deadline_that_climbs_by_the_rule_of_a_tier_says_so():
    here = Centre(
        "town", {"default/2": a_policy(missed={"handle": "alarm", "tiers": {"town": {"handle": "escalate"}}})}
    )
    held = an_accepted_incident(tier="town")

    _, events = late(held, held.next_due, here, held.due_at)

    assert events[1].rule == "default/2 missed.tiers.town.handle"
