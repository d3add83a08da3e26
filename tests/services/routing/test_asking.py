"""指派: who is asked to handle a matter, by policy or by a person, and who is not."""

import pytest
from pydantic import TypeAdapter

from schemas.actions import Accept, Assign
from services.routing.incident import Incident, Timer
from services.routing.life import arrive
from tests.builders import (
    NOW,
    VILLAGE,
    a_completed_revisit,
    a_contact,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
)
from tests.services.routing.staffed import (
    ANSWER,
    OVERLOADED,
    a_staffed_centre,
    done,
    opened,
    refused,
    types,
)


def test_when_a_matter_is_opened_somebody_is_asked_by_policy_and_has_a_time_to_answer():
    after, [_, asked] = opened(a_staffed_centre())

    assert (asked.assignee, asked.role, asked.by, asked.candidate) == (
        "g-1",
        "contact-role/1:grid-staff",
        "policy",
        1,
    )
    assert (asked.answer_by, after.next_due) == (NOW + ANSWER, Timer(NOW + ANSWER, "answer"))
    assert asked.rule == "default/2 assignment.rules.0"
    assert (after.assignee, after.in_hand_of) == ("g-1", "g-1")


def test_a_matter_from_another_tier_is_given_to_somebody_here():
    centre = a_staffed_centre(a_contact("c-1", area=VILLAGE[:6]), tier="town")

    after, events = arrive(None, handed_over(), centre, NOW)

    assert types(events) == ["opened", "assigned"]
    assert after.assignee == "c-1"


@pytest.mark.parametrize(
    ("terms", "changes"),
    [
        ({"rules": []}, {}),
        ({"rules": [{"tier": "town", "role": "grid-staff"}]}, {}),
        ({"rules": [{"tier": "village", "role": "grid-staff", "when": "accepted"}]}, {}),
        ({"rules": [{"tier": "village", "role": "grid-staff", "severities": ["prominent"]}]}, {}),
        ({"rules": [{"tier": "village", "role": "grid-staff", "categories": ["family"]}]}, {}),
        ({"rules": [{"tier": "village", "role": "officer"}]}, {}),
        ({}, {"backfill": True}),
        ({}, {"area": "620522999999"}),
    ],
    ids=[
        "no rules",
        "other tier",
        "later",
        "other severity",
        "other category",
        "other role",
        "history",
        "nobody",
    ],
)
def test_nobody_is_asked_where_no_rule_fits_or_nobody_is_there_and_the_centre_s_own_clock_runs(
    terms, changes
):
    after, events = opened(a_staffed_centre(**terms), **changes)

    assert types(events) == ["opened"]
    assert (after.assignee, after.assignment) == (None, None)
    assert changes.get("backfill") or after.next_due.step == "accept"


def test_a_rule_about_acceptance_asks_when_the_centre_accepts():
    centre = a_staffed_centre(rules=[{"tier": "village", "role": "mediator", "when": "accepted"}])

    after, events = done(an_incident(), Accept(), centre)

    assert types(events) == ["accepted", "assigned"]
    assert after.assignee == "m-1"


def test_what_is_given_already_is_not_given_again():
    centre = a_staffed_centre(rules=[{"tier": "village", "role": "mediator", "when": "accepted"}])

    after, events = done(an_incident(assignee="x-9"), Accept(), centre)

    assert (types(events), after.assignee) == (["accepted"], "x-9")


def test_rules_are_tried_in_their_order_before_areas_are():
    contacts = (a_contact("g-far", area=VILLAGE[:9]), a_contact("m-near", "mediator", VILLAGE + "001"))

    after, _ = opened(a_staffed_centre(*contacts), area=VILLAGE + "001")

    assert after.assignee == "g-far"


def test_a_batch_is_spread_over_those_who_have_least_in_hand():
    centre = a_staffed_centre(in_hand={"g-1": 1})

    given_to = []
    for _ in range(5):
        after, _ = opened(centre)
        centre.gave(None, after)
        given_to.append(after.assignee)

    assert given_to == ["g-2", "g-1", "g-2", "g-1", "g-2"]


def test_a_person_names_somebody_the_registry_knows_and_they_are_asked():
    centre = a_staffed_centre(rules=[])

    after, [assigned] = done(an_incident(), Assign(assignee="m-1"), centre)

    assert (assigned.by, assigned.role, assigned.answer_by) == (
        "person",
        "contact-role/1:mediator",
        NOW + ANSWER,
    )
    assert after.assignee == "m-1"


def test_a_person_names_somebody_the_registry_does_not_know_and_that_is_noted():
    after, [assigned] = done(an_incident(), Assign(assignee="u-9"), a_staffed_centre())

    assert (assigned.role, assigned.answer_by, after.assignee) == (None, None, "u-9")


def test_a_policy_may_insist_on_the_registry():
    centre = a_staffed_centre(by_hand="listed")

    assert refused(an_incident(), Assign(assignee="u-9"), centre) == "unknown-contact"
    assert done(an_incident(), Assign(assignee="g-2"), centre)[0].assignee == "g-2"


def test_a_person_takes_a_matter_out_of_one_s_hands_and_that_one_may_still_be_asked():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    moved, _ = done(asked, Assign(assignee="m-1"), centre)
    after, _ = done(moved, OVERLOADED, centre, "m-1")

    assert (moved.assignee, moved.assignment.passed, after.assignee) == ("m-1", (), "g-1")


def test_a_relapse_goes_on_with_who_had_it_or_asks_somebody_where_nobody_had():
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")

    kept, _ = arrive(a_resolved_incident(assignee="g-2"), relapse, a_staffed_centre(), NOW)
    given, events = arrive(a_resolved_incident(), relapse, a_staffed_centre(), NOW)

    assert (kept.assignee, given.assignee, types(events)) == ("g-2", "g-1", ["reopened", "assigned"])


def test_state_from_before_there_were_assignments_still_loads():
    stored = TypeAdapter(Incident).dump_python(an_accepted_incident(assignee="o-7"), mode="json")
    del stored["assignment"]

    before = TypeAdapter(Incident).validate_python(stored)

    assert (before.in_hand_of, before.timers) == ("o-7", (Timer(later(days=1), "handle"),))
