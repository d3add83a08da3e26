"""A centre whose policy asks people of its registry, and what they do."""

from datetime import timedelta

import pytest

from schemas.assignment import Decline
from schemas.base import Actor
from services.routing.centre import Centre
from services.routing.handling import Request
from services.routing.incident import Timer
from services.routing.life import act, arrive, late
from services.routing.refusal import Refused
from services.routing.roster import Roster
from tests.builders import (
    NOW,
    a_contact,
    a_policy,
    asking,
    policies,
    reported,
)

THREE = (a_contact("g-1"), a_contact("g-2"), a_contact("m-1", "mediator"))
ANSWER = timedelta(minutes=30)
OVERLOADED = Decline(reason="reason/1:overloaded")


def types(events):
    return [one.type.removeprefix("incident.").removesuffix(".v1") for one in events]


def a_staffed_centre(*contacts, in_hand=None, tier="village", **terms):
    """A centre whose policy asks grid staff, then mediators."""
    terms = asking(tier=tier) | terms
    return Centre(tier, policies(a_policy(assignment=terms)), Roster(contacts or THREE, in_hand))


def opened(centre, **changes):
    return arrive(None, reported(**changes), centre, NOW)


def done(incident, action, centre, ref="o-1102", now=NOW):
    """The incident after an action, and what is said of it."""
    return act(incident, Request(action, Actor(role="grid-staff", ref=ref), now), centre, now)


def refused(incident, action, centre, ref="o-1102"):
    with pytest.raises(Refused) as caught:
        done(incident, action, centre, ref)
    return caught.value.reason


def silent(incident, centre):
    """What it does that the assignee has not answered in time."""
    timer = Timer(incident.answer_by, "answer")
    return late(incident, timer, centre, timer.due_at)


def replaced(event, **changes):
    return event.model_copy(update=changes)
