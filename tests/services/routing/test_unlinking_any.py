"""Whatever was done to an incident before, unlinking puts it back as it was, with the time that was left."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from schemas.actions import Accept, Assign, Extend, Resume, Suspend
from schemas.base import TIERS
from schemas.duplicates import Link, Unlink
from services.routing.handling import Request
from services.routing.life import act, late
from services.routing.refusal import Refused
from services.routing.ties import UNTIED
from tests.builders import NOW, OFFICER, a_centre, an_incident
from tests.services.routing.linked import LEAD, UNLINK, a_lead

ACTIONS = st.sampled_from([
    Accept(), Assign(assignee="o-5"), Suspend(reason="reason/1:party-away", approver="o-9"), Resume(),
    Extend(reason="reason/1:complex", approver="o-9", span="P3D"),
    Extend(reason="reason/1:complex", approver="o-9", span="2 working days"), Link(lead=LEAD),
    Unlink(reason=UNLINK.reason),
])  # fmt: skip
STEPS = st.lists(st.tuples(ACTIONS, st.integers(0, 72 * 60)), max_size=12)
CENTRES = {tier: a_centre(tier) for tier in TIERS}
CLOCK = {"due_at", "handle_by", "moves", "provisional"}
"""What time that has passed moves; the rest is as it was."""
BOOKS = {"history", "lines", "ties"}


def lived(steps, tier):
    """An incident to which things were done one after the other, refusals included, and what time it is then."""
    now = NOW
    centre = CENTRES[tier]
    incident = an_incident(tier=tier, due_step="accept", due_at=now + timedelta(hours=4), clock_from=now)
    for action, minutes in steps:
        now += timedelta(minutes=minutes)
        while (due := incident.next_due) is not None and due.due_at <= now and incident.owned:
            incident, _ = late(incident, due, centre, now)
        incident = done(incident, action, now) or incident
    return incident, now


def done(incident, action, now):
    beside = {LEAD: a_lead(tier=incident.tier)}
    try:
        return act(incident, Request(action, OFFICER, now, beside), CENTRES[incident.tier], now)[0]
    except Refused:
        return None


def fields(incident, without):
    return {name: value for name, value in vars(incident).items() if name not in without}


def linked(steps, tier):
    """An incident after some steps, the same linked to a lead, and when that was."""
    before, now = lived(steps, tier)
    tied = done(before, Link(lead=LEAD), now)
    assume(tied is not None and tied.linked)
    return before, tied, now


PLAYED = settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much])


@pytest.mark.wide
@given(STEPS, st.sampled_from(["village", "town", "county"]), st.integers(0, 90 * 24 * 60))
@PLAYED
def test_it_is_as_it_was_with_the_time_that_was_left(steps, tier, minutes):
    before, tied, now = linked(steps, tier)
    later = now + timedelta(minutes=minutes)

    after = done(tied, UNLINK, later)

    assert tied.timers == ()
    said_again = before.missed and before.missed.rested(later)
    assert fields(after, CLOCK | BOOKS) == fields(before, CLOCK | BOOKS) | {"missed": said_again}
    assert replace(after.ties, proposals=()) == UNTIED
    assert (after.next_due is None) == (before.next_due is None)
    if before.due_at is not None:
        assert after.due_step == before.due_step
        assert after.due_at >= before.due_at
        if tier == "village":  # its clocks count elapsed time, unless they were extended by working days
            counted_in_days = any(one.span == "2 working days" for one in before.moves)
            assert counted_in_days or after.due_at - later == before.due_at - now


@pytest.mark.wide
@given(STEPS, STEPS, st.sampled_from(["village", "county"]))
@PLAYED
def test_while_it_is_linked_nothing_changes_it_but_unlinking(steps, more, tier):
    _, tied, now = linked(steps, tier)

    for action, minutes in more:
        now += timedelta(minutes=minutes)
        after = done(tied, action, now)

        assert after is None or isinstance(action, Unlink)
        assert tied.next_due is None
