"""What the tests of whistles and of joint mediation share: acting in order, refusals, and the clock running on."""

from datetime import timedelta
from functools import cache

import pytest
from pydantic import TypeAdapter

from schemas.actions import HandlingAction
from services.routing.handling import Request
from services.routing.life import act, late
from services.routing.refusal import Refused
from tests.builders import NOW, OFFICER, a_centre, an_accepted_incident

CENTRE = cache(a_centre)
"""A tier's centre; reading the policy each time the clock ticks would take most of a test's time."""
ACTION = TypeAdapter(HandlingAction)
POLICE = {"role": "police", "ref": "c-33", "ring": "3-minutes"}
GRID = {"role": "grid-staff", "ref": "c-22", "ring": "1-minute"}
JUSTICE = {"role": "justice-office", "ref": "c-41", "ring": "slow"}
CALL_OFF = {"whistle": 1, "reason": "reason/1:no-longer-needed"}
EXCUSE = {"reason": "reason/1:engaged-elsewhere", "approver": "o-9"}
RESOLVE = {"method": "method/1:mediation", "outcome": "outcome/1:success"}


def a_request(action, happened=NOW, actor=OFFICER, **fields):
    return Request(ACTION.validate_python({"action": action, **fields}), actor, happened)


def done(incident, action, now=NOW, *, happened=None, actor=OFFICER, centre=None, **fields):
    """The incident after an action that is recorded at a moment, and what is said of it."""
    request = a_request(action, now if happened is None else happened, actor, **fields)
    return act(incident, request, centre or CENTRE(incident.tier), now)


def refused(incident, action, now=NOW, **fields):
    """The reason of the no, and what it is about."""
    with pytest.raises(Refused) as caught:
        done(incident, action, now, **fields)
    return caught.value.reason, caught.value.about


def answered(incident, action, now=NOW, *, whistle=1, who="p1", **fields):
    """The incident after a participant's step, and what is said of it."""
    return done(incident, action, now, whistle=whistle, participant=who, **fields)


def whistled(*participants, now=NOW, incident=None, **fields):
    """A matter in handling for which a whistle was blown."""
    before = an_accepted_incident() if incident is None else incident
    after, _ = done(before, "whistle", now, participants=participants, **fields)
    return after


def run_on(incident, now, centre=None):
    """Everything the clock does until a moment, one timer at a time: the incident, and what is said, in order."""
    said = []
    while (timer := incident.next_due) is not None and timer.due_at <= now:
        incident, events = late(incident, timer, centre or CENTRE(incident.tier), now)
        assert events, f"{timer} did nothing"
        said += events
    return incident, said


def standings(incident, whistle=1):
    [found] = [one for one in incident.whistles if one.number == whistle]
    return {one.name: one.standing for one in found.participants}


def minutes(number):
    return NOW + timedelta(minutes=number)


STEPS = (("acknowledge", {}), ("arrive", {}), ("support", {"support": "support/1:staff"}),
         ("report-result", {"outcome": "outcome/1:success"}))  # fmt: skip


def through(incident, steps, now=NOW, *, who="p1", whistle=1):
    """The incident after a participant's first so many steps."""
    for action, fields in STEPS[:steps]:
        incident, _ = answered(incident, action, now, whistle=whistle, who=who, **fields)
    return incident
