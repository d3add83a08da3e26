"""What is linked rests with its lead: who may be linked, and what undoes it."""

from datetime import timedelta

import pytest

from schemas.actions import Accept, Assign, Escalate, Extend, Return, Suspend
from schemas.duplicates import Dismiss, Duplicate, Link
from schemas.intake import ActionReceived
from schemas.supervision import StrikeOff
from services.routing.changes import evolve
from services.routing.incident import Move, Timer
from services.routing.life import arrive
from services.routing.missed import Missed
from services.routing.refusal import Refused
from services.routing.ties import Ties
from tests.builders import INCIDENT, NOW, OFFICER, a_centre, a_policy, an_accepted_incident, later
from tests.services.routing import listed
from tests.services.routing.convened import UNDISTURBED, convened
from tests.services.routing.joint import POLICE, run_on, through, whistled
from tests.services.routing.linked import (
    LEAD,
    LINK,
    OTHER,
    RESOLVE,
    RESULT,
    UNLINK,
    a_lead,
    does,
    linked,
    refused,
    waiting,
)
from tests.services.routing.listed import LED
from tests.services.routing.sent_out import out


def test_a_linked_incident_rests_and_its_lead_knows_of_it():
    after, [event], [(lead, [joined])] = does(waiting(), LINK, a_lead())

    assert (event.type, event.lead, event.by, event.due_at) == (
        "incident.linked.v1", LEAD, "person", later(hours=4),
    )  # fmt: skip
    assert (after.linked, after.status, after.timers, after.ties.linked_at) == (True, "open", (), NOW)
    assert (joined.type, joined.incident_id, joined.duplicate) == ("incident.joined.v1", LEAD, INCIDENT)
    assert lead.ties.duplicates == (Duplicate(incident_id=INCIDENT, tier="village"),)
    assert lead.due_at == a_lead().due_at


def test_unlinked_it_has_the_time_that_was_left():
    after, lead = linked(now=later(hours=1))

    freed, [event], [(left, [parted])] = does(after, UNLINK, lead, now=later(days=3))

    assert freed.due_at == event.due_at == later(days=3, hours=3)
    assert (freed.due_step, freed.linked, freed.ties.lead) == ("accept", False, None)
    assert (parted.type, left.ties.duplicates) == ("incident.parted.v1", ())


def test_the_handling_clock_stops_and_runs_on_too():
    after, lead = linked(an_accepted_incident(), now=later(hours=6))

    freed, _, _ = does(after, UNLINK, lead, now=later(days=9))

    assert freed.due_at == freed.handle_by == later(days=9, hours=18)


def test_what_was_suspended_is_suspended_again():
    still = an_accepted_incident(
        due_at=None, due_step=None, suspended_at=NOW, moves=(Move("suspended", NOW, "reason/1:party-away", "o-9"),)
    )  # fmt: skip
    after, lead = linked(still, now=later(hours=1))

    freed, [event], _ = does(after, UNLINK, lead, now=later(days=9))

    assert (freed.suspended_at, freed.moves, freed.due_at, event.due_at) == (NOW, still.moves, None, None)


def test_what_was_overdue_stays_overdue():
    missed = Missed(
        deadline=later(days=1), said=2, said_at=later(days=2), passed=later(days=2), due_at=later(days=3)
    )
    overdue = an_accepted_incident(due_at=None, due_step=None, tier="county", missed=missed)
    after, lead = linked(overdue, a_lead(tier="county"), now=later(days=2))

    freed, [event], _ = does(after, UNLINK, lead, now=later(days=9))

    assert (after.timers, event.due_at, freed.handle_by) == ((), None, overdue.handle_by)
    assert freed.timers == (Timer(later(days=9), "alarm"),)
    assert (freed.missed.deadline, freed.missed.said) == (later(days=1), 2)


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Accept(), "linked"),
        (Assign(assignee="o-5"), "linked"),
        (Escalate(reason="reason/1:too-hard"), "linked"),
        (Return(reason="reason/1:wrong-tier"), "linked"),
        (RESOLVE, "linked"),
        (Suspend(reason="reason/1:party-away", approver="o-9"), "linked"),
        (Extend(reason="reason/1:complex", approver="o-9", span="P3D"), "linked"),
        (Dismiss(lead=OTHER), "linked"),
        (Link(lead=OTHER), "already-linked"),
    ],
)
def test_a_linked_incident_does_nothing_by_itself(action, reason):
    after, lead = linked(waiting(path=("town",)))

    assert refused(after, action, lead) == reason


@pytest.mark.parametrize(
    ("incident", "lead", "reason"),
    [
        (waiting(), None, "unknown-lead"),
        (waiting(incident_id=LEAD), None, "same-incident"),
        (waiting(), a_lead(owner="town", status="handed-over"), "lead-elsewhere"),
        (waiting(), a_lead(ties=Ties(lead=OTHER)), "lead-is-linked"),
        (waiting(), a_lead(status="closed"), "lead-closed"),
        (waiting(), a_lead(status="resolved"), "lead-closed"),
        (waiting(due_at=NOW), a_lead(), "time-is-up"),
        (waiting(ties=Ties(duplicates=(Duplicate(incident_id=OTHER, tier="village"),))), a_lead(), "has-duplicates"),
        (waiting(status="closed"), a_lead(), "closed"),
        (waiting(status="resolved"), a_lead(), "already-resolved"),
    ],
)  # fmt: skip
def test_not_everything_can_be_linked_to_everything(incident, lead, reason):
    assert refused(incident, LINK, *([] if lead is None else [lead])) == reason


def test_a_lead_has_as_many_as_the_policy_allows():
    policy = a_policy(duplicates={"at_most": 1})
    lead = a_lead(ties=Ties(duplicates=(Duplicate(incident_id=OTHER, tier="village"),)))

    with pytest.raises(Refused) as caught:
        does(waiting(policy=policy.version), LINK, lead, centre=a_centre("village", policy))

    assert caught.value.reason == "too-many-duplicates"


def test_only_what_is_linked_is_unlinked():
    assert refused(waiting(), UNLINK) == "not-linked"


def test_nobody_has_in_hand_what_rests():
    after, lead = linked(waiting(assignee="o-5"))

    assert (after.in_hand_of, does(after, UNLINK, lead)[0].in_hand_of) == (None, "o-5")


def test_asked_over_the_bus_the_same_rules_hold():
    asked = ActionReceived(
        incident_id=INCIDENT, source="/partner", occurred_at=NOW, actor=OFFICER, action=LINK, decided_by="routing"
    )  # fmt: skip

    after, [event] = arrive(waiting(), asked, a_centre(), NOW, {LEAD: a_lead()})
    _, [no] = arrive(waiting(), asked, a_centre(), NOW)

    assert (after.linked, event.type) == (True, "incident.linked.v1")
    assert (no.type, no.action, no.reason) == ("action.refused.v1", "link", "unknown-lead")


CALLED = {
    "a whistle": whistled(POLICE),
    "a whistle all times of which have passed": run_on(
        through(whistled(POLICE, incident=an_accepted_incident(**UNDISTURBED)), 1), later(days=1)
    )[0],
    "a whistle of imported history": whistled(POLICE, incident=an_accepted_incident(backfill=True)),
    "a session": convened(),
    "a session of imported history": convened(an_accepted_incident(backfill=True)),
    "a referral": out(),
    "a listing": an_accepted_incident(**LED),
}


@pytest.mark.parametrize("lead", [a_lead(), a_lead(status="resolved", ties=Ties(result=RESULT))])
@pytest.mark.parametrize("incident", CALLED.values(), ids=CALLED)
def test_what_others_are_called_to_is_neither_put_to_rest_nor_resolved_with_a_lead(incident, lead):
    assert refused(incident, LINK, lead) == "still-called"


def test_what_is_listed_rests_with_a_lead_that_is_listed_and_is_reminded_of_again_once_it_is_apart():
    lead = a_lead(**LED)

    after, joined = linked(an_accepted_incident(**LED), lead)
    apart, *_ = does(after, UNLINK, joined)

    assert (after.linked, after.listing, after.next_due) == (True, LED["listing"], None)
    assert [one.step for one in apart.timers] == ["handle", "remind"]


def test_what_was_resolved_with_its_lead_is_struck_off_by_itself():
    after, joined = linked(an_accepted_incident(**LED), a_lead(**LED))
    _, _, [(settled, _)] = does(joined, RESOLVE, after)

    struck, [event] = listed.done(settled.changed(status="closed"), StrikeOff())

    assert (settled.status, settled.listing, struck.listing) == ("resolved", LED["listing"], None)
    assert event.type == "incident.struck-off.v1"


def test_an_event_of_another_kind_leaves_the_ties_alone():
    after, _ = linked()
    _, [assigned], _ = does(a_lead(), Assign(assignee="o-5"))

    assert evolve(after, assigned, NOW + timedelta(hours=1)).ties == after.ties
