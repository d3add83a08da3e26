"""Whether a policy leads to a tier the county has not: a matter handed there would wait for nobody. Pure."""

from collections.abc import Collection, Iterator
from typing import Literal

from policy.model import Policy
from policy.parts import SEVERITIES
from schemas.base import TIERS, Tier, height

STEPS: tuple[Literal["accept", "handle"], ...] = ("accept", "handle")


def astray(policy: Policy, tiers: Collection[Tier]) -> Iterator[str]:
    """Each way of a policy that leads where nobody is, in a county of these tiers; none in a county of all."""
    if len(tiers) == len(TIERS):
        return
    lowest, *_, top = sorted((*tiers, *tiers), key=height)
    for severity in SEVERITIES:
        first = policy.first(severity)
        if first not in tiers and height(first) > height(lowest):
            yield f"first_tier: {severity} begins at {first}, {_ABSENT}"
    for tier in (one for one in tiers if one != top):
        for severity in SEVERITIES:
            if (above := policy.above(tier, severity, "")) not in tiers:
                yield f"skips: {severity} climbs from {tier} to {above}, {_ABSENT}; a skip `by_itself` passes it over"
    if top != TIERS[-1]:
        for step in STEPS:
            if policy.missed.at(top, step)[0] == "escalate":
                yield f"missed: {step} escalates from {top}, {_TOP}"
        if policy.assignment.rules and policy.assignment.unclaimed == "escalate":
            yield f"assignment.unclaimed: escalates from {top}, {_TOP}"


_ABSENT = "a tier this county has not (COUNTY_TIERS)"
_TOP = "above which this county has no tier (COUNTY_TIERS); say `alarm`"
