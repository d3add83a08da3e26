"""A duplicate and its lead: linking them, and what is proposed."""

import pytest

from schemas.actions import Resolve
from schemas.duplicates import Candidate, DuplicateProposed, Link, Unlink
from services.routing.handling import Request
from services.routing.leads import consequences
from services.routing.life import act
from services.routing.refusal import Refused
from services.routing.ties import Result
from tests.builders import MATTER, NOW, OFFICER, a_centre, an_accepted_incident, an_incident, later

LEAD = "0199f2c1-1b40-7d2a-8f61-5c7e90a4d3b2"
OTHER = "0199f2c1-1b40-7d2a-8f61-5c7e90a4d3b3"
LINK = Link(lead=LEAD)
UNLINK = Unlink(reason="reason/1:another-matter")
RESOLVE = Resolve(method="method/1:mediation", outcome="outcome/1:success", agreement=True)
RESULT = Result("method/1:mediation", "outcome/1:success", agreement=True)


def a_lead(**changes):
    return an_accepted_incident(**({"incident_id": LEAD} | changes))


def waiting(**changes):
    """An incident that has four hours to be accepted."""
    return an_incident(**({"due_step": "accept", "due_at": later(hours=4), "clock_from": NOW} | changes))


def does(incident, action, *others, now=NOW, centre=None):
    """The incident after an action, what is said of it, and what that does to the others, by id."""
    beside = {one.incident_id: one for one in (incident, *others)}
    request = Request(action, OFFICER, now, beside)
    after, events = act(incident, request, centre or a_centre(incident.tier), now)
    turns = consequences(incident, events, beside, centre or a_centre(incident.tier), now)
    return after, events, turns


def linked(incident=None, lead=None, now=NOW):
    """A duplicate and its lead, linked."""
    after, _, [(joined, _)] = does(incident or waiting(), LINK, lead or a_lead(), now=now)
    return after, joined


def refused(incident, action, *others, now=NOW):
    with pytest.raises(Refused) as caught:
        does(incident, action, *others, now=now)
    return caught.value.reason


def a_proposal(**changes):
    candidate = Candidate(lead=LEAD, score=5, grounds=("ground/1:text", "ground/1:time"))
    return DuplicateProposed(**(MATTER | {"occurred_at": NOW, "candidates": (candidate,)} | changes))
