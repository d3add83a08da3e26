"""What a locality changed in its policy and in its code lists is what routing goes by, and says."""

from policy.load import policy
from policy.model import Policy
from schemas.codes import load
from schemas.referrals import Refer
from services.routing.centre import Centre
from services.routing.life import arrive
from tests.builders import ROOT, a_policy, an_accepted_incident, reported
from tests.locality import lists
from tests.services.routing import acting


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
