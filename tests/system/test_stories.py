"""The published practices as stories: how a county keeps small matters small, over the public doors of three tiers.

The policy is the product's own, with a quick reminder and with agreements that joint mediation must reach.
"""

from pathlib import Path

import pytest

import policy
from tests.system import invariants
from tests.system.listener import Listener
from tests.system.partner import Partner
from tests.system.people import (
    MEDIATOR,
    OFFICER,
    SETTLED,
    counted,
    does,
    events,
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
