"""Whom a decision may have to know: what is read of the registry before it is taken."""

import pytest

from schemas.whistle_actions import Call, Whistle
from services.routing.manning import Need, needed_for
from tests.builders import VILLAGE, a_centre, an_accepted_incident

DANGER = {"severity": "severity/1:prominent", "category": "category/1:safety"}
BY_ROLE, BY_NAME = Call(role="contact-role/1:officer"), Call(role="police", ref="c-33")


@pytest.mark.parametrize(
    ("whistle", "roles"),
    [
        (Whistle(), {"grid-staff", "police", "medical-aid", "fire-brigade"}),
        (Whistle(ring="1-minute"), {"grid-staff"}),
        (Whistle(participants=(BY_ROLE, BY_NAME)), {"officer"}),
    ],
)
def test_to_whistle_for_a_role_it_takes_those_who_are_there_for_it(whistle, roles):
    needed = needed_for(an_accepted_incident(**DANGER), whistle, a_centre())

    assert needed == Need(areas=frozenset({VILLAGE}), roles=frozenset(roles))


@pytest.mark.parametrize("whistle", [Whistle(participants=(BY_NAME,)), Whistle(ring="slow")])
def test_to_whistle_for_whoever_is_named_it_takes_nobody(whistle):
    assert needed_for(an_accepted_incident(**DANGER), whistle, a_centre()) is None
