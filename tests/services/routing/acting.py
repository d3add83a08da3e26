"""Somebody does something to an incident, here or from elsewhere: what it is afterwards, what is said, or the no."""

import pytest

from schemas.intake import ActionReceived
from services.routing.handling import Request
from services.routing.life import act
from services.routing.refusal import Refused
from tests.builders import INCIDENT, NOW, OFFICER, a_centre


def done(incident, action, now=NOW, actor=OFFICER, centre=None):
    """The incident after an action that is recorded at a moment, and what is said of it."""
    return act(incident, Request(action, actor, now), centre or a_centre(incident.tier), now)


def refused(incident, action, now=NOW, actor=OFFICER, centre=None):
    """The reason of the no."""
    with pytest.raises(Refused) as caught:
        done(incident, action, now, actor, centre)
    return caught.value.reason


def types(events):
    return [one.type for one in events]


def received(action, **changes):
    """An action as it comes in from another system."""
    fields = {
        "incident_id": INCIDENT,
        "source": "/partner",
        "occurred_at": NOW,
        "actor": OFFICER,
        "action": action,
    }
    return ActionReceived(**(fields | changes))
