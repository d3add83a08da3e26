"""A policy that leads to a tier the county has not is refused, before a matter waits there for nobody."""

from importlib import import_module

import pytest
import yaml

from policy.load import policy
from services.routing.reach import astray
from tests.builders import ROOT

DEFAULT = yaml.safe_load((ROOT / "policy" / "default.yaml").read_text("utf-8"))
EVERY = ["ordinary", "prominent", "major"]
BY_ITSELF = {"from_tier": "village", "to_tier": "county", "severities": EVERY, "by_itself": True}
NO_TOWNS = {
    "first_tier": {"ordinary": "village", "prominent": "village", "major": "county"},
    "skips": [BY_ITSELF],
}
ALARMS = {"accept": "alarm", "handle": "alarm"}


@pytest.fixture
def file(tmp_path):
    def make(**other):
        path = tmp_path / "policy.yaml"
        path.write_text(yaml.safe_dump(DEFAULT | other, allow_unicode=True), "utf-8")
        return path

    return make


def found(file, *tiers):
    return [one.partition(":")[0] for one in astray(policy(file), tiers)]


@pytest.mark.parametrize(
    ("tiers", "other", "wrong"),
    [
        (("village", "town", "county"), {}, []),
        (("village", "county"), {}, ["first_tier", *["skips"] * 3]),
        (("village", "county"), NO_TOWNS, []),
        (("village", "county"), NO_TOWNS | {"skips": [BY_ITSELF | {"areas": ["620522900"]}]}, ["skips"] * 3),
        (("village", "county"), NO_TOWNS | {"skips": [BY_ITSELF | {"by_itself": False}]}, ["skips"] * 3),
        (("town", "county"), {}, []),
        (("village", "town"), {}, ["missed"] * 2),
        (("village", "town"), {"missed": {**DEFAULT["missed"], "tiers": {"town": ALARMS}}}, []),
        (("village",), {"missed": {**DEFAULT["missed"], **ALARMS}}, ["first_tier"]),
        (("county",), {}, []),
    ],
)
def test_every_way_that_leads_where_nobody_is_gets_named(file, tiers, other, wrong):
    assert found(file(**other), *tiers) == wrong


def test_routing_does_not_start_with_a_policy_that_leads_astray(file, monkeypatch):
    monkeypatch.setenv("ROUTING_POSTGRES", "postgresql://nobody@nowhere/nothing")
    monkeypatch.setenv("TIER", "village")
    monkeypatch.setenv("COUNTY_TIERS", "village,county")
    compose = import_module("services.routing.app").compose

    monkeypatch.setenv("ROUTING_POLICY", str(file()))
    with pytest.raises(ValueError, match="climbs from village to town, a tier this county has not"):
        compose()

    monkeypatch.setenv("ROUTING_POLICY", str(file(**NO_TOWNS)))
    assert compose().name == "village-routing"
