"""What is overdue and stays is said again and again, until somebody does the step: nothing starves."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from schemas.actions import Accept, Return, Suspend
from services.routing.explained import explain
from services.routing.incident import Incident, Timer
from services.routing.life import late
from tests.builders import NOW, a_centre, a_policy, an_accepted_incident, an_incident, later, policies
from tests.services.routing.acting import done, refused, types
from tests.services.routing.linked import LINK, UNLINK, a_lead, does, linked
from tests.services.routing.listed import LED
from tests.services.routing.sent_out import POLICE, RECALL, RESOLVE, TRANSFER, answer
from tests.services.routing.test_clocks import midnight

COUNTY = a_centre("county")
STAYS = a_centre("village", a_policy(missed={"accept": "alarm", "handle": "alarm", "again": "PT8H"}))
BOOKS = TypeAdapter(Incident)


def overdue(centre=COUNTY, now=NOW, **changes):
    """A matter in handling whose deadline has just passed."""
    return fired(an_accepted_incident(**({"tier": centre.tier, "due_at": now} | changes)), now, centre)[0]


def fired(incident, now=None, centre=COUNTY):
    """What the clock does about its next moment, when that has come or later."""
    return late(incident, incident.next_due, centre, now or incident.next_due.due_at)


def test_at_the_county_it_is_said_again_every_working_day():
    incident = an_accepted_incident(tier="county", due_at=NOW)

    first, [missed] = fired(incident)
    second, [again] = fired(first)
    third, [once_more] = fired(second)

    assert (missed.type, missed.due_at, missed.next_at) == ("incident.overdue.v1", NOW, midnight(9, 16))
    assert (again.type, again.step, again.due_at) == ("incident.still-overdue.v1", "handle", NOW)
    assert (again.number, once_more.number) == (2, 3)
    assert (again.occurred_at, again.next_at) == (midnight(9, 16), midnight(9, 17))
    assert third.timers == (Timer(midnight(9, 18), "alarm"),)
    assert (third.status, third.owner, third.due_at) == ("accepted", "county", None)


def test_a_deadline_at_the_end_of_a_week_is_said_again_at_the_end_of_the_next_working_day():
    friday = midnight(9, 19)
    sunday_works = midnight(9, 21)  # 调休 before the holidays of October

    late_by_a_moment = friday + timedelta(seconds=1)
    after, [missed] = fired(an_accepted_incident(tier="county", due_at=friday), late_by_a_moment)
    _, [again] = fired(after, missed.next_at + timedelta(seconds=1))

    assert (missed.next_at, again.next_at) == (sunday_works, midnight(9, 22))


def test_however_long_the_clock_was_away_it_is_said_once_and_the_rhythm_goes_on_from_now():
    after, events = fired(overdue(), now=later(days=9))

    assert types(events) == ["incident.still-overdue.v1"]
    assert after.next_due.due_at > later(days=9)
    assert late(after, Timer(midnight(9, 16), "alarm"), COUNTY, later(days=9)) == (after, [])


@pytest.mark.parametrize("step", ["accept", "handle"])
def test_a_village_whose_policy_keeps_it_says_it_in_the_rhythm_of_that_policy(step):
    fresh = {"accept": an_incident, "handle": an_accepted_incident}[step]

    after, [missed] = fired(fresh(due_step=step, due_at=NOW, clock_from=NOW), centre=STAYS)
    _, [again] = fired(after, centre=STAYS)

    assert missed.next_at == again.occurred_at == later(hours=8)
    assert (again.step, again.rule) == (step, "default/2 missed.again")


def test_what_climbs_is_not_said_again_here():
    centre = a_centre()

    after, [missed, *_] = fired(an_accepted_incident(due_at=NOW), centre=centre)

    assert (missed.next_at, after.owner, after.missed, after.timers) == (None, "town", None, ())


def test_the_history_says_which_deadline_and_how_often():
    after, _ = fired(overdue())

    assert [(one.event, one.detail, one.rule) for one in after.history] == [
        ("incident.overdue.v1", "handle", "default/2 clocks.county.ordinary.handle"),
        ("incident.still-overdue.v1", "handle 2 2026-09-14T01:25:00+0000", "default/2 missed.again"),
    ]


def test_accepting_resolving_and_handing_over_end_it():
    late_to_accept = overdue(STAYS, status="open", due_step="accept")
    late_to_handle = overdue(STAYS)
    taken_back = overdue(path=("town",))

    accepted, _ = done(late_to_accept, Accept(), later(hours=1), centre=STAYS)
    resolved, _ = done(late_to_handle, RESOLVE, later(hours=1), centre=STAYS)
    returned, _ = done(taken_back, Return(reason="reason/1:wrong-tier"), later(hours=1), centre=COUNTY)

    assert accepted.timers == (Timer(later(days=1, hours=1), "handle"),)
    assert resolved.timers == returned.timers == ()
    assert accepted.missed is resolved.missed is returned.missed is None


def test_a_clock_that_has_run_out_is_not_stopped_by_suspending():
    assert refused(overdue(), Suspend(reason="reason/1:party-away", approver="o-9")) == "time-is-up"


@pytest.mark.parametrize("action", [POLICE, TRANSFER], ids=["body", "department"])
def test_while_it_is_out_whoever_has_it_is_asked_again_and_back_it_is_said_at_once(action):
    missed = overdue()

    out, _ = done(missed, action, later(hours=1), centre=COUNTY)
    asked, events = fired(out)
    back, _ = done(asked, RECALL, later(days=20), centre=COUNTY)

    assert [one.step for one in out.timers] == [out.away.step]
    assert types(events) == ["referral.overdue.v1"]
    assert [one.step for one in asked.timers] == [asked.away.step]
    assert back.timers == (Timer(later(days=20), "alarm"),)


def test_what_was_missed_while_it_was_out_is_said_again_once_it_is_back():
    out, _ = done(an_accepted_incident(tier="county"), POLICE, centre=COUNTY)

    missed, [noted] = late(out, Timer(later(days=1), "handle"), COUNTY, later(days=1))
    back, events = done(missed, answer("returned"), later(days=1, hours=1), centre=COUNTY)

    assert types(events) == ["referral.returned.v1"]
    assert back.timers == (Timer(noted.next_at, "alarm"),)


def test_a_department_that_takes_it_has_it_in_hand_and_overdue():
    out, _ = done(overdue(), TRANSFER, later(hours=1), centre=COUNTY)

    taken, _ = done(out, answer("accepted"), later(hours=2), centre=COUNTY)

    assert (taken.assignee, [one.step for one in taken.timers]) == ("dept-land", ["alarm"])


def test_a_duplicate_rests_and_unlinked_in_time_it_is_said_when_it_would_have_been():
    after, lead = linked(overdue(), a_lead(tier="county"))

    freed, _, _ = does(after, UNLINK, lead, now=later(hours=1))

    assert after.timers == ()
    assert freed.timers == (Timer(midnight(9, 16), "alarm"),)


def test_a_duplicate_of_what_is_overdue_can_be_linked_as_any():
    after, _, _ = does(overdue(), LINK, a_lead(tier="county"))

    assert (after.linked, after.missed.said) == (True, 1)


def test_a_listed_matter_is_reminded_of_and_said_to_be_overdue():
    listed = overdue(**LED)

    assert {one.step for one in listed.timers} <= {"alarm", "remind"}
    assert "alarm" in {one.step for one in listed.timers}


def test_the_deadlines_say_since_when_and_when_it_is_said_again():
    after, _ = fired(overdue())

    told = explain(after, policies())

    [wait] = told.waits
    assert (told.why_not.reason, wait.step, wait.due_at) == ("overdue", "alarm", midnight(9, 17))
    assert wait.zh == "期限 2026-09-14 09:25:00 已过，已提醒 2 次；至 2026-09-16 24:00 仍未办理，再次提醒"
    assert "said 2 times" in wait.en
    assert "1 个工作日" in wait.steps[0].zh
    assert wait.steps[-1].zh == wait.zh


def test_what_an_earlier_release_stored_without_it_is_said_at_once_and_then_in_its_rhythm():
    stored = BOOKS.dump_python(overdue(now=later(days=1)), mode="json")
    before = BOOKS.validate_python({name: value for name, value in stored.items() if name != "missed"})

    told = explain(before, policies())
    after, [again] = fired(before, now=later(days=30))

    assert before.next_due == Timer(before.clock_from, "alarm")
    assert told.waits[0].zh == "期限已过，即将再次提醒"
    assert (again.number, again.step) == (2, "handle")
    assert again.due_at == midnight(10, 17)
    assert after.next_due.due_at == again.next_at > later(days=30)


def test_a_clock_that_began_before_its_beginning_was_kept_leaves_an_alarm_as_any():
    after, _ = fired(an_accepted_incident(tier="county", due_at=NOW, clock_from=None))

    assert after.timers == (Timer(midnight(9, 16), "alarm"),)


def test_it_is_stored_and_read_again():
    incident = overdue()

    assert BOOKS.validate_json(BOOKS.dump_json(incident)) == incident


def test_imported_history_is_never_said_to_be_overdue():
    imported = an_accepted_incident(backfill=True, tier="county", due_at=None, due_step=None)

    assert imported.timers == ()
