"""办结销号, 摘牌: supervision ends by an act of its own, by somebody who did not handle the matter."""

import pytest

from schemas.actions import Accept, Assign
from schemas.base import Actor
from schemas.supervision import StrikeOff
from services.routing.life import arrive
from tests.builders import (
    NOW,
    OFFICER,
    a_centre,
    a_completed_revisit,
    a_policy,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    later,
)
from tests.services.routing.acting import types
from tests.services.routing.listed import LED, LISTING, RESOLVE, done, refused
from tests.services.routing.sent_out import TRANSFER, answer, out


def test_closing_does_not_strike_off():
    after, events = arrive(a_resolved_incident(**LED), a_completed_revisit(), a_centre(), NOW)

    assert types(events) == ["incident.closed.v1"]
    assert (after.status, after.listing) == ("closed", LISTING)


def test_it_is_struck_off_as_an_act_of_its_own_by_somebody_who_did_not_handle_it():
    closed = a_resolved_incident(status="closed", handlers=("o-1102",), **LED)

    after, [struck] = done(closed, StrikeOff(), later(days=8))

    assert (struck.type, struck.leader, struck.listed_at) == ("incident.struck-off.v1", "l-7", NOW)
    assert (after.status, after.listing, after.leader) == ("closed", None, "l-7")
    assert refused(after, StrikeOff()) == "not-listed"


@pytest.mark.parametrize("actor", ["o-7", "o-1102", "o-5", "unknown"])
def test_nobody_who_handled_it_or_has_no_name_strikes_it_off(actor):
    opened = an_incident(**LED)
    assigned, _ = done(opened, Assign(assignee="o-7"))
    again, _ = done(assigned, Assign(assignee="o-5"))
    accepted, _ = done(again, Accept(), actor=OFFICER)
    resolved, _ = done(accepted, RESOLVE, actor=OFFICER)
    closed, _ = arrive(resolved, a_completed_revisit(), a_centre(), NOW)

    assert refused(closed, StrikeOff(), actor=Actor(role="staff", ref=actor)) == "handler-strikes-off"


def test_nobody_strikes_off_what_was_in_the_hands_of_the_body_they_belong_to():
    taken, _ = done(out(action=TRANSFER, **LED), answer("accepted"))
    resolved, _ = done(done(taken, Assign(assignee="o-5"))[0], RESOLVE, actor=OFFICER)
    closed, _ = arrive(resolved, a_completed_revisit(), a_centre(), NOW)

    for ref in ("dept-land", "dept-land/17"):
        assert refused(closed, StrikeOff(), actor=Actor(ref=ref)) == "handler-strikes-off"
    assert done(closed, StrikeOff(), actor=Actor(ref="dept-landscape/17"))[0].listing is None


def test_the_policy_says_whether_it_is_struck_off_when_resolved_or_only_when_closed():
    supervision = a_policy().supervision.model_dump() | {"strike_off_after": "resolved"}
    lenient = a_centre("village", a_policy(supervision=supervision))
    resolved = a_resolved_incident(**LED)

    after, _ = done(resolved, StrikeOff(), centre=lenient)

    assert after.listing is None
    assert refused(resolved, StrikeOff()) == "not-finished"
    assert refused(an_accepted_incident(**LED), StrikeOff(), centre=lenient) == "not-finished"
