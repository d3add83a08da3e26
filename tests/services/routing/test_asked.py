"""An action that comes in from another system or another tier: done, refused as an event, or sent on to its owner."""

import pytest

from schemas.actions import Accept, Resolve, Unknown, Visit
from schemas.handoff import ActionForwarded, ActionForwardedV1
from schemas.intake import ActionReceivedV1
from services.routing.life import arrive
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
)
from tests.services.routing.acting import received, types

LATER = Unknown(action="of-a-later-version", places=["620522101203"])
VISIT = Visit(party="p1", means="means/1:telephone", result="revisit-result/1:satisfied")
RESOLVE = Resolve(method="method/1:joint", outcome="outcome/1:success")


def forwarded(action, to_tier="town"):
    return ActionForwarded(
        to_tier=to_tier,
        from_tier="village",
        incident_id=INCIDENT,
        occurred_at=NOW,
        actor=OFFICER,
        action=action,
    )


def test_another_system_s_action_is_done():
    after, events = arrive(an_incident(), received(Accept()), a_centre(), NOW)

    assert after.status == "accepted"
    assert types(events) == ["incident.accepted.v1"]


@pytest.mark.parametrize(
    ("incident", "action", "reason"),
    [
        (None, Accept(), "unknown-incident"),
        (an_accepted_incident(), Accept(), "already-accepted"),
        (an_incident(), RESOLVE, "not-accepted"),
        (a_resolved_incident(), RESOLVE, "already-resolved"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_refused_action_is_an_event_and_leaves_nothing_changed(incident, action, reason):
    after, [refused] = arrive(incident, received(action), a_centre(), NOW)

    assert after is incident
    assert (refused.type, refused.reason, refused.action) == ("action.refused.v1", reason, action.action)


def test_a_visit_is_followup_s_to_decide():
    assert arrive(an_incident(), received(VISIT), a_centre(), NOW) == (an_incident(), [])


def test_an_action_nobody_here_knows_is_left_to_the_service_it_is_for():
    asked = received(LATER, decided_by="followup")

    assert arrive(an_incident(), asked, a_centre(), NOW) == (an_incident(), [])


@pytest.mark.parametrize("incident", [an_incident(), a_resolved_incident()], ids=["open", "resolved"])
def test_an_action_of_a_later_version_is_refused_by_its_name_and_changes_nothing(incident):
    after, [refused] = arrive(incident, received(LATER), a_centre(), NOW)

    assert after is incident
    assert (refused.action, refused.reason) == ("of-a-later-version", "unknown-action")


def test_an_action_of_a_later_version_follows_the_incident_whole():
    away = an_incident(status="handed-over", owner="town")

    _, [on_its_way] = arrive(away, received(LATER), a_centre(), NOW)
    after, [refused] = arrive(an_incident(tier="town"), on_its_way, a_centre("town"), NOW)

    assert on_its_way.action == LATER
    assert (after, refused.reason) == (an_incident(tier="town"), "unknown-action")


def test_what_was_written_while_the_actions_were_closed_is_done_as_it_was():
    asked = received(Accept()).model_dump(exclude={"decided_by"})
    moved = forwarded(Accept()).model_dump()

    after, [accepted] = arrive(an_incident(), ActionReceivedV1(**asked), a_centre(), NOW)
    _, [there] = arrive(an_incident(tier="town"), ActionForwardedV1(**moved), a_centre("town"), NOW)

    assert after.status == "accepted"
    assert accepted.type == there.type == "incident.accepted.v1"


def test_a_visit_written_while_the_actions_were_closed_is_followup_s_as_well():
    asked = ActionReceivedV1(**received(VISIT).model_dump(exclude={"decided_by"}))

    assert arrive(an_incident(), asked, a_centre(), NOW) == (an_incident(), [])


def test_an_action_follows_the_incident_to_its_owner_and_is_done_there():
    away = an_incident(status="handed-over", owner="town")

    kept, [on_its_way] = arrive(away, received(Accept()), a_centre(), NOW)
    after, [accepted] = arrive(an_incident(tier="town"), on_its_way, a_centre("town"), NOW)

    assert kept == away
    assert (after.status, accepted.type) == ("accepted", "incident.accepted.v1")


def test_an_action_forwarded_to_another_tier_changes_nothing_here():
    assert arrive(None, forwarded(Accept()), a_centre("county"), NOW) == (None, [])
