"""Whether one hand reported and settled a matter is said by who knows both, also after it went to another tier."""

import pytest

from messaging.inbox import Inbox, Reading
from schemas.actions import Accept, Resolve
from schemas.base import Actor
from schemas.routing import IncidentResolved
from schemas.topics import TOPICS
from services.routing.app import LISTENS_TO
from services.routing.desk import Desk
from services.routing.handling import Request
from services.routing.life import act, arrive
from tests.builders import (
    NOW,
    OFFICER,
    a_centre,
    a_completed_revisit,
    a_record,
    a_resolved_incident,
    an_accepted_incident,
    later,
    reported,
)
from tests.messaging.tiny import rows
from tests.services.routing.acting import received

RESOLVE = Resolve(method="method/1:mediation", outcome="outcome/1:success", agreement=True)


def settled(incident, actor=OFFICER):
    _, [event, *_] = act(incident, Request(RESOLVE, actor, later(hours=1)), a_centre(), later(hours=1))
    return event


@pytest.mark.parametrize(
    ("entered_by", "actor", "same"),
    [
        (OFFICER.ref, OFFICER, True),
        ("gs-0517", OFFICER, False),
        (None, OFFICER, None),
        ("gs-0517", Actor(), None),
        ("unknown", Actor(), None),
    ],
)  # fmt: skip
def test_a_resolution_says_whether_its_hand_entered_the_report_and_nothing_of_who_is_not_known(
    entered_by, actor, same
):
    assert settled(an_accepted_incident(entered_by=entered_by), actor).same_hand is same


def test_what_the_report_says_stays_with_the_matter_from_its_beginning():
    incident, _ = arrive(None, reported(entered_by=OFFICER.ref), a_centre(), NOW)
    accepted, _ = act(incident, Request(Accept(), OFFICER, NOW), a_centre(), NOW)

    assert settled(accepted).same_hand is True


def test_it_goes_up_with_a_matter_that_begins_higher():
    major = reported(entered_by=OFFICER.ref, severity="severity/1:major")
    _, [_, whole] = arrive(None, major, a_centre(), NOW)

    above, _ = arrive(None, whole, a_centre("town"), NOW)

    assert (whole.entered_by, above.entered_by) == (OFFICER.ref, OFFICER.ref)


@pytest.mark.parametrize(("entered_by", "same"), [(OFFICER.ref, True), ("gs-0517", False), (None, None)])
def test_a_closing_says_whether_the_hand_of_its_revisit_entered_the_report(entered_by, same):
    resolved_one = a_resolved_incident(entered_by=entered_by)

    _, [event, *_] = arrive(resolved_one, a_completed_revisit(), a_centre(), later(days=1))

    assert (event.type, event.same_hand) == ("incident.closed.v1", same)


@pytest.mark.system
async def test_who_entered_it_is_kept_in_the_books_until_it_is_resolved_though_everything_is_delivered_twice(
    new_database,
):
    database = await new_database()
    topics, handle = (TOPICS["village.intake"],), Desk(a_centre()).handle
    inbox = Inbox(database, Reading(topics, LISTENS_TO, handle), lambda: None)
    told = [
        a_record(reported(entered_by=OFFICER.ref)),
        a_record(received(Accept()), seq=2),
        a_record(received(RESOLVE), seq=3),
    ]

    for record in told:
        await inbox.apply([record])
        await inbox.apply([record])

    [(said,)] = await rows(database, "select data from outbox where type = 'incident.resolved.v1'")
    assert IncidentResolved.model_validate_json(said).same_hand is True
