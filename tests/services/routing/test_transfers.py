"""移交: a department of the tier takes a matter or returns it, and the tier stays the owner."""

from schemas.actions import Accept
from services.routing.incident import Timer
from services.routing.life import arrive, late
from tests.builders import a_centre, an_accepted_incident, later
from tests.services.routing.acting import done, types
from tests.services.routing.sent_out import TRANSFER, WHY, answer, out
from tests.services.routing.staffed import a_staffed_centre, opened


def test_a_department_that_accepts_handles_it_and_the_tier_stays_the_owner():
    after, [accepted] = done(out(action=TRANSFER), answer("accepted"), later(hours=1))

    assert (accepted.kind, accepted.unit, accepted.body) == ("transfer", "dept-land", None)
    assert (after.assignee, after.owner, after.away) == ("dept-land", "village", None)
    assert after.timers == (Timer(later(days=1), "handle"),)


def test_who_was_asked_before_is_not_waited_for_once_a_department_has_it():
    centre = a_staffed_centre()
    accepted, _ = done(opened(centre)[0], Accept(), centre=centre)
    sent, _ = done(accepted, TRANSFER, centre=centre)

    after, _ = done(sent, answer("accepted"), later(minutes=5), centre=centre)

    assert (sent.assignee, sent.assignment.asked) == ("g-1", 1)
    assert (after.assignee, after.answer_by) == ("dept-land", None)
    assert (after.assignment.asked, after.assignment.taken_at) == (1, later(minutes=5))


def test_a_department_that_returns_it_changes_nothing_but_the_history():
    before = an_accepted_incident(assignee="o-7")
    after, [returned] = done(done(before, TRANSFER)[0], answer("returned"), later(hours=1))

    assert (returned.reason, after.assignee, after.away) == (WHY, "o-7", None)


def test_a_missed_deadline_climbs_although_a_department_has_not_answered():
    after, events = late(out(action=TRANSFER), Timer(later(days=1), "handle"), a_centre(), later(days=1))

    assert types(events) == ["incident.overdue.v1", "incident.escalated.v1", "incident.handed-over.v1"]
    assert (after.owner, after.away, after.timers) == ("town", None, ())


def test_the_numbers_go_on_at_the_tier_it_climbs_to():
    _, events = late(out(action=TRANSFER), Timer(later(days=1), "handle"), a_centre(), later(days=1))

    above, _ = arrive(None, events[-1], a_centre("town"), later(days=1))

    assert above.referrals == 1


def test_an_answer_after_it_has_climbed_is_forwarded_to_its_owner():
    after, _ = late(out(action=TRANSFER), Timer(later(days=1), "handle"), a_centre(), later(days=1))

    _, [forwarded] = done(after, answer("accepted"), later(days=1))
    _, [no] = arrive(an_accepted_incident(tier="town"), forwarded, a_centre("town"), later(days=1))

    assert forwarded.to_tier == "town"
    assert no.reason == "nothing-is-out"
