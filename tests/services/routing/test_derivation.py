"""衍生: a matter says from which earlier one it derives, and the link goes where the matter goes."""

import uuid

import httpx
import pytest

from messaging.inbox import Inbox, Reading
from messaging.pace import Pulse
from schemas.codes import load
from schemas.derivation import LinkOrigin
from schemas.topics import TOPICS
from services.routing.api import api
from services.routing.app import LISTENS_TO
from services.routing.desk import Desk
from services.routing.handling import Request
from services.routing.life import act, arrive
from services.routing.refusal import Refused
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    a_record,
    a_resolved_incident,
    an_incident,
    reported,
)
from tests.documented import Documented

ORIGIN, OTHER = "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e11", "0199f2c4-7a31-7c58-9d0e-3b6f5a1c8e12"


def linked(incident, origin):
    return act(incident, Request(LinkOrigin(origin=origin), OFFICER, NOW), a_centre(incident.tier), NOW)


def test_what_the_report_says_stays_with_the_matter():
    after, _ = arrive(None, reported(derived_from=ORIGIN), a_centre(), NOW)

    assert after.derived_from == ORIGIN


def test_it_goes_up_with_a_matter_that_begins_higher():
    major = reported(derived_from=ORIGIN, severity="severity/1:major")
    _, [_, whole] = arrive(None, major, a_centre(), NOW)

    above, _ = arrive(None, whole, a_centre("town"), NOW)

    assert (whole.derived_from, above.derived_from) == (ORIGIN, ORIGIN)


@pytest.mark.parametrize(
    "incident", [an_incident(), a_resolved_incident(), a_resolved_incident(status="closed")]
)
def test_a_person_finds_it_out_later_even_after_the_closing(incident):
    after, [event] = linked(incident, ORIGIN)

    assert (event.type, event.origin, event.was) == ("incident.origin-linked.v1", ORIGIN, None)
    assert (after.derived_from, after.status) == (ORIGIN, incident.status)
    assert after.history[-1].detail == ORIGIN


def test_a_link_is_corrected_and_says_what_it_was():
    _, [event] = linked(an_incident(derived_from=ORIGIN), OTHER)

    assert (event.origin, event.was) == (OTHER, ORIGIN)


@pytest.mark.parametrize(("origin", "reason"), [(INCIDENT, "own-origin"), (ORIGIN, "same-origin")])
def test_what_the_rules_refuse_is_named(origin, reason):
    with pytest.raises(Refused, match=reason):
        linked(an_incident(derived_from=ORIGIN), origin)


@pytest.mark.system
async def test_what_derives_from_a_matter_is_listed_once_though_the_report_is_delivered_twice(new_database):
    database = await new_database()
    desk = Desk(a_centre())
    inbox = Inbox(database, Reading((TOPICS["village.intake"],), LISTENS_TO, desk.handle), lambda: None)

    for _ in range(2):
        await inbox.apply([a_record(reported(derived_from=ORIGIN))])

    transport = Documented(api(database, desk, load(), Pulse(1)))
    async with httpx.AsyncClient(transport=transport, base_url="http://routing") as door:
        body = {"action": {"action": "link-origin", "origin": OTHER}}
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        first = (await door.get(f"/v1/incidents/{ORIGIN}/derived")).json()
        moved = await door.post(f"/v1/incidents/{INCIDENT}/actions", json=body, headers=headers)
        then = [(await door.get(f"/v1/incidents/{one}/derived")).json()["derived"] for one in (ORIGIN, OTHER)]
    assert first == {"incident_id": ORIGIN, "derived": [INCIDENT]}
    assert moved.status_code == 201
    assert then == [[], [INCIDENT]]
