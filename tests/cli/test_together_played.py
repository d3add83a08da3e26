"""What the simulator does with others is allowed by routing's rules, step by step, until the matter is settled."""

import json
import uuid
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from cli import together
from cli.habits import Case
from schemas.base import Actor
from schemas.referrals import Offer
from services.routing.api_incidents import IncidentView
from services.routing.changes import evolve
from services.routing.handling import Request, decide_action
from services.routing.incident import WORKED_ON, Incident
from services.routing.sessions import Session
from services.routing.whistles import Whistle
from tests.builders import NOW, a_centre, an_accepted_incident
from tests.cli.cases import at_the_door

WHISTLES, SESSIONS = TypeAdapter(tuple[Whistle, ...]), TypeAdapter(tuple[Session, ...])


def shown(incident: Incident) -> dict:
    """As the incident's door shows it."""
    view = IncidentView.model_validate(incident, from_attributes=True).model_dump(mode="json")
    history = [{"event": one.event} for one in incident.history]
    whistles = WHISTLES.dump_python(incident.whistles, mode="json")
    sessions = SESSIONS.dump_python(incident.sessions, mode="json")
    return json.loads(json.dumps(view | {"history": history, "whistles": whistles, "sessions": sessions}))


def play(incident, tier):
    """Every step in its time, until nothing is left to do but the ending; its events' names."""
    now, centre = NOW + timedelta(seconds=1), a_centre(tier)
    for _ in range(40):
        if incident.status not in WORKED_ON:
            return incident  # the centre looks at nothing else
        whole = shown(incident)
        steps = together.steps(7, Case.of(whole), whole, now)
        last = steps is None
        deeds = [(together.ending(7, Case.of(whole), whole), Actor(role="centre", ref="play/x"))] if last else [
            (one.deed, Actor(role=one.role, ref=one.ref)) for one in steps[:1]
        ]  # fmt: skip
        if not deeds:
            return incident  # everybody left is silent: the clock records that
        ((deed, actor),) = deeds
        now += timedelta(seconds=max(deed.after, 0.1))
        action = at_the_door(deed)
        for event in decide_action(incident, Request(action, actor, now), centre, now):
            incident = evolve(incident, event, now)
        if last:
            return incident
    raise AssertionError("the play does not end")


def test_some_of_what_another_body_sent_goes_back_to_it():
    offered = [
        an_accepted_incident(incident_id=str(uuid.UUID(int=n)), offer=Offer(body="referral-body/1:court"))
        for n in range(300)
    ]
    given_back = [one for one in offered if together.plan(7, Case.of(shown(one))) == "give-back"]

    assert {play(one, "village").status for one in given_back} == {"returned-to-source"}


@pytest.mark.wide
@pytest.mark.parametrize("tier", ["village", "town", "county"])
@pytest.mark.parametrize("severity", ["ordinary", "prominent"])
def test_every_plan_ends_settled_or_with_the_tier_above_and_no_step_of_it_is_refused(tier, severity):
    plans = set()
    for n in range(300):
        about = {"incident_id": str(uuid.UUID(int=n)), "severity": f"severity/1:{severity}", "tier": tier}
        incident = an_accepted_incident(**about, category=f"category/1:{['land', 'safety', 'labour'][n % 3]}")
        plans.add(plan := together.plan(7, Case.of(shown(incident))))
        if plan == "alone":
            continue

        after = play(incident, tier)

        silent = any(one.open for one in after.whistles)
        assert silent or after.status == "resolved" or not after.owned
    assert plans >= set(together.PLANS[tier, severity != "ordinary"])
