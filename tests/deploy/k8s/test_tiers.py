"""What was seen of one tier holds for the others: their objects differ in the tier's word and nothing else."""

import base64
import json
import re

import pytest

from tests.deploy.k8s.rendered import K8S, TIERS, objects_of

HASH = re.compile(r"-[a-z0-9]{10}(?=\")")
"""Ends the name of what is named by its content."""
KEY = "intake-vault"
"""Of which each tier has one of its own."""


def of_tier(objects, tier):
    """The texts of a tier's objects, with a blank for its word, by kind and name."""
    return {
        (one["kind"], HASH.sub("", f'{one["metadata"]["name"]}"').replace(tier, "_")): _text(one, tier)
        for one in objects
        if tier in one["metadata"]["name"]
    }


def _text(one, tier):
    if one["kind"] == "Secret" and KEY not in one["metadata"]["name"]:
        one = one | {"data": {key: base64.b64decode(said).decode() for key, said in one["data"].items()}}
    elif one["kind"] == "Secret":
        one = one | {"data": sorted(one["data"])}
    return HASH.sub("", json.dumps(one, sort_keys=True)).replace(tier, "_")


@pytest.mark.parametrize("tier", [one for one in TIERS if one != "village"])
def test_the_objects_of_a_tier_are_those_of_the_village_with_another_word(tier):
    objects = objects_of(K8S / "overlays" / "dev")

    village = of_tier(objects, "village")

    assert {kind for kind, _ in village} >= {"Deployment", "Job", "Secret", "Service", "NetworkPolicy"}
    assert of_tier(objects, tier) == village
