"""What nobody takes on climbs with its reason, or is an alarm; it never starves."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.away import Away
from services.routing.life import arrive
from tests.builders import (
    NOW,
    VILLAGE,
    a_contact,
    handed_over,
)
from tests.services.routing.staffed import (
    OVERLOADED,
    a_staffed_centre,
    done,
    opened,
    replaced,
    silent,
    types,
)


def test_what_nobody_takes_climbs_with_the_reason():
    centre = a_staffed_centre(a_contact("g-1"))
    asked, _ = opened(centre)

    after, events = done(asked, OVERLOADED, centre, "g-1")

    assert types(events) == ["declined", "unclaimed", "escalated", "handed-over"]
    assert (events[1].asked, events[2].reason, events[2].by) == (1, "reason/1:unclaimed", "policy")
    assert (after.status, after.owner, after.next_due, after.in_hand_of) == (
        "handed-over",
        "town",
        None,
        None,
    )


def test_what_everybody_is_silent_about_climbs_by_deadline():
    centre = a_staffed_centre(a_contact("g-1"))
    asked, _ = opened(centre)

    _, events = silent(asked, centre)

    assert types(events) == ["unanswered", "unclaimed", "escalated", "handed-over"]
    assert events[2].by == "deadline"
    assert [one.event for one in events[3].history][-2:] == ["incident.unclaimed.v1", "incident.escalated.v1"]


def test_at_the_county_it_is_an_alarm_and_the_centre_s_own_clock_runs_on():
    centre = a_staffed_centre(a_contact("c-1", area=VILLAGE[:6]), tier="county")
    asked, _ = arrive(None, handed_over(to_tier="county", from_tier="town"), centre, NOW)

    after, events = silent(asked, centre)

    assert types(events) == ["unanswered", "unclaimed"]
    assert (after.status, after.assignee, after.next_due.step) == ("open", None, "accept")


def test_the_policy_may_keep_it_with_an_alarm():
    centre = a_staffed_centre(a_contact("g-1"), unclaimed="alarm")
    asked, _ = opened(centre)

    after, events = done(asked, OVERLOADED, centre, "g-1")

    assert (types(events), after.next_due.step) == (["declined", "unclaimed"], "accept")


def test_where_the_tier_above_is_not_there_it_stays_with_an_alarm():
    centre = replace(a_staffed_centre(a_contact("g-1")), tiers=("village", "county"))
    asked, _ = opened(centre)

    after, events = done(asked, OVERLOADED, centre, "g-1")

    assert (types(events), after.status) == (["declined", "unclaimed"], "open")


def test_what_a_department_has_meanwhile_does_not_climb_from_under_it():
    centre = a_staffed_centre(a_contact("g-1"))
    asked, _ = opened(centre)

    after, events = silent(replace(asked, away=Away(kind="transfer", number=1, unit="u-1")), centre)

    assert (types(events), after.owner) == (["unanswered", "unclaimed"], "village")


def test_above_it_begins_afresh_and_who_declined_below_is_asked_when_it_comes_back():
    centre = a_staffed_centre(a_contact("g-1"))
    asked, _ = opened(centre)
    away, events = done(asked, OVERLOADED, centre, "g-1")

    back, again = arrive(away, replaced(events[-1], to_tier="village", from_tier="town"), centre, NOW)

    assert (types(again), back.assignee, back.assignment.asked) == (["opened", "assigned"], "g-1", 1)


CONTACTS = st.lists(
    st.builds(
        a_contact,
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.sampled_from(["grid-staff", "mediator"]),
        st.sampled_from([VILLAGE, VILLAGE[:9], VILLAGE[:6]]),
        capacity=st.sampled_from([None, 1]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.wide
@given(CONTACTS, st.lists(st.booleans(), min_size=6, max_size=6))
def test_whoever_declines_or_is_silent_everybody_is_asked_once_and_then_it_climbs(contacts, answers):
    centre = a_staffed_centre(*contacts)
    incident, _ = opened(centre)
    asked = []

    while incident.assignee is not None:
        asked.append(incident.assignee)
        if answers[len(asked) % 6]:
            incident, _ = done(incident, OVERLOADED, centre, incident.assignee)
        else:
            incident, _ = silent(incident, centre)

    assert sorted(asked) == sorted({one.reference for one in contacts})
    assert (incident.owner, incident.next_due) == ("town", None)
