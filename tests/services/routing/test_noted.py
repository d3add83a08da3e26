"""An event says how often it was so since the matter came here, and whether that is one more or one fewer overdue."""

from dataclasses import replace
from datetime import timedelta

from schemas.actions import Accept, Escalate, Extend, Resolve, Resume, Suspend
from schemas.alarms import IncidentOverdue
from schemas.base import SYSTEM
from services.routing.changes import evolve
from services.routing.life import arrive, late
from services.routing.tallies import Tally
from tests.builders import MATTER, NOW, a_centre, an_accepted_incident, an_incident, handed_over, later
from tests.services.routing.acting import done
from tests.services.routing.joint import a_request
from tests.services.routing.linked import LINK, UNLINK, a_lead, does
from tests.services.routing.sent_out import POLICE
from tests.services.routing.test_alarms import COUNTY, fired, overdue

SUSPEND = Suspend(reason="reason/1:party-away", approver="o-9")
EXTEND = Extend(reason="reason/1:complex", approver="o-9", span="P3D")
RESOLVE = Resolve(method="method/1:mediation", outcome="outcome/1:success")


def running(**changes):
    return an_accepted_incident(**({"opened_at": NOW, "due_at": later(days=3)} | changes))


def test_a_suspension_and_an_extension_say_how_often_it_was_so_since_the_matter_came_into_hand():
    first, [suspended] = done(running(), SUSPEND)
    resumed, _ = done(first, Resume())
    again, [once_more] = done(resumed, SUSPEND)
    _, [extended] = done(done(again, Resume())[0], EXTEND)

    assert (suspended.times, once_more.times, extended.times) == (1, 2, 1)
    assert {one.opened_at for one in (suspended, once_more, extended)} == {NOW}


def test_a_clock_that_the_policy_stops_for_a_referral_counts_as_a_suspension():
    _, events = done(running(), POLICE.model_copy(update={"body": "referral-body/1:court"}))

    assert [one.times for one in events if one.type == "incident.suspended.v1"] == [1]


def test_counting_begins_anew_where_the_matter_comes_into_hand_again():
    gone, _ = done(
        running(tally=Tally(suspended=2, extended=1, whistled=3)), Escalate(reason="reason/1:too-hard")
    )

    back, _ = arrive(gone, handed_over(to_tier="village", from_tier="town"), a_centre(), later(hours=1))

    assert back.tally == Tally()


def test_a_whistle_says_which_it_is_and_since_when_the_matter_is_accepted_and_the_acceptance_that_there_was_one():
    early, [before] = act_on(an_incident(due_at=later(days=1), due_step="accept", clock_from=NOW))
    accepted, [acceptance] = done(early, Accept(), later(minutes=2))
    _, [after] = act_on(accepted)
    _, [alone] = done(an_incident(), Accept())

    assert (before.times, before.accepted_at, acceptance.whistled) == (1, None, True)
    assert (after.times, after.accepted_at) == (2, later(minutes=2))
    assert alone.whistled is False


def act_on(incident):
    """A whistle for the police."""
    action = a_request("whistle", participants=[{"role": "police"}]).action
    return done(incident, action, later(minutes=3))


def test_what_climbs_by_its_deadline_is_one_more_and_one_fewer():
    incident = an_accepted_incident(due_at=NOW)

    _, [missed, climbed, _] = late(incident, incident.next_due, a_centre(), NOW)

    assert (missed.overdue, climbed.overdue) == (1, -1)


def test_a_matter_that_is_done_in_time_says_nothing_of_it():
    _, [resolved] = done(running(), RESOLVE)

    assert resolved.overdue is None


def test_linking_ends_it_and_unlinking_begins_it_again():
    late_one = overdue()

    linked, [tied], _ = does(late_one, LINK, a_lead(tier="county"))
    freed, [loosed], _ = does(linked, UNLINK, a_lead(tier="county"), now=later(hours=1))
    _, [done_with] = done(freed, RESOLVE, later(hours=2), centre=COUNTY)

    assert (tied.overdue, loosed.overdue, done_with.overdue) == (-1, 1, -1)


def test_what_an_earlier_release_said_is_overdue_is_told_by_the_next_reminder_and_never_taken_back_before():
    before = replace(overdue(), tally=Tally())

    _, [resolved] = done(before, RESOLVE, later(hours=1), centre=COUNTY)
    reminded, [again] = fired(before)
    _, [once_more] = fired(reminded)

    assert (resolved.overdue, again.overdue, once_more.overdue) == (None, 1, None)


def test_an_event_of_an_earlier_release_changes_nothing_that_is_kept_of_it():
    said = IncidentOverdue(**MATTER, occurred_at=NOW, actor=SYSTEM, step="handle", due_at=NOW)

    after = evolve(running(), said, NOW + timedelta(seconds=1))

    assert after.tally == Tally()
