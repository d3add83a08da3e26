"""认领, 拒接: who is asked takes it or declines, and the next one is asked; silence passes it on."""

from datetime import timedelta

import pytest

from schemas.actions import Accept, Assign, Escalate, Resolve, Resume, Suspend
from schemas.assignment import Take
from schemas.base import Actor
from schemas.intake import ActionReceived
from services.routing.incident import Timer
from services.routing.life import arrive
from tests.builders import (
    INCIDENT,
    NOW,
    a_contact,
    an_accepted_incident,
    an_incident,
    later,
)
from tests.services.routing.linked import LINK, UNLINK, a_lead, does
from tests.services.routing.staffed import (
    ANSWER,
    OVERLOADED,
    a_staffed_centre,
    done,
    opened,
    refused,
    silent,
    types,
)


def test_to_take_an_open_matter_is_the_centre_s_acknowledgement_as_well():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    after, [taken, accepted] = done(asked, Take(), centre, "g-1", later(minutes=2))

    assert (taken.assignee, taken.assigned_at, types([accepted])) == ("g-1", NOW, ["accepted"])
    assert (after.status, after.assignment.taken_at) == ("accepted", later(minutes=2))
    assert after.next_due.step == "handle"


def test_to_accept_a_matter_that_is_one_s_own_is_to_take_it():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    _, by_take = done(asked, Take(), centre, "g-1")
    _, by_accept = done(asked, Accept(), centre, "g-1")

    assert by_take == by_accept


def test_who_accepts_for_the_centre_does_not_answer_for_the_assignee():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    after, events = done(asked, Accept(), centre)

    assert (types(events), after.assignment.taken_at) == (["accepted"], None)
    assert after.next_due == Timer(NOW + ANSWER, "answer")


def test_a_taken_matter_is_not_taken_or_declined_again():
    centre = a_staffed_centre()
    asked, _ = opened(centre)
    taken, _ = done(asked, Take(), centre, "g-1")

    assert [refused(taken, one, centre, "g-1") for one in (Take(), OVERLOADED)] == ["already-taken"] * 2


@pytest.mark.parametrize("action", [Take(), OVERLOADED])
@pytest.mark.parametrize("ref", ["g-2", "g-11", "unknown"])
def test_only_the_assignee_answers(action, ref):
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    assert refused(asked, action, centre, ref) == "not-the-assignee"
    assert refused(an_incident(), action, centre, ref) == "not-the-assignee"


def test_somebody_of_a_body_answers_for_it():
    centre = a_staffed_centre(a_contact("u-3", "mediator", kind="body"))
    asked, _ = opened(centre)

    after, events = done(asked, Take(), centre, "u-3/clerk-7")

    assert (types(events), events[0].assignee, after.assignee) == (["taken", "accepted"], "u-3", "u-3")


def test_who_declines_is_followed_by_the_next_and_never_asked_again():
    centre = a_staffed_centre()
    incident, _ = opened(centre)

    asked = [incident.assignee]
    for _ in range(2):
        incident, [declined, assigned] = done(incident, OVERLOADED, centre, incident.assignee)
        asked.append(assigned.assignee)

    assert asked == ["g-1", "g-2", "m-1"]
    assert (declined.reason, assigned.candidate) == ("reason/1:overloaded", 3)
    assert incident.assignment.passed == ("g-1", "g-2")


def test_a_reason_the_policy_does_not_know_is_no_reason():
    centre = a_staffed_centre(decline=["off-duty"])
    asked, _ = opened(centre)

    assert refused(asked, OVERLOADED, centre, "g-1") == "reason-not-allowed"


def test_silence_passes_the_matter_on():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    after, [unanswered, assigned] = silent(asked, centre)

    assert (unanswered.assignee, unanswered.due_at) == ("g-1", NOW + ANSWER)
    assert (assigned.assignee, assigned.answer_by) == ("g-2", NOW + 2 * ANSWER)
    assert after.assignment.passed == ("g-1",)


def test_without_a_time_to_answer_nothing_follows_from_silence():
    asked, events = opened(a_staffed_centre(answer=None))

    assert (events[1].answer_by, asked.next_due.step) == (None, "accept")


def test_without_rules_a_declined_matter_is_back_at_the_centre_s_desk():
    centre = a_staffed_centre(rules=[])
    asked, _ = done(an_incident(), Assign(assignee="m-1"), centre)

    after, events = done(asked, OVERLOADED, centre, "m-1")

    assert (types(events), after.assignee, after.status) == (["declined"], None, "open")


def test_while_it_is_suspended_nobody_s_time_to_answer_runs_and_it_runs_on_afterwards():
    centre = a_staffed_centre()
    asked, _ = opened(centre)
    suspend = Suspend(reason="reason/1:party-away", approver="o-9")

    still, _ = done(asked, suspend, centre, now=later(minutes=10))
    runs, _ = done(still, Resume(), centre, now=later(hours=3))

    assert (still.timers, refused(still, Take(), centre, "g-1")) == ((), "suspended")
    assert runs.answer_by == later(hours=3) + timedelta(minutes=20)


def test_who_is_asked_while_it_is_suspended_has_the_whole_time_once_it_is_resumed():
    centre, suspend = a_staffed_centre(), Suspend(reason="reason/1:party-away", approver="o-9")
    still, _ = done(opened(centre)[0], suspend, centre, now=later(minutes=10))

    asked, _ = done(still, Assign(assignee="m-1"), centre, now=later(hours=1))
    runs, _ = done(asked, Resume(), centre, now=later(hours=3))

    assert (asked.timers, runs.answer_by) == ((), later(hours=3) + ANSWER)


def test_a_duplicate_rests_with_its_time_to_answer_and_has_what_was_left_of_it_afterwards():
    centre, suspend = a_staffed_centre(), Suspend(reason="reason/1:party-away", approver="o-9")
    asked, _ = opened(centre)
    still, _ = done(asked, suspend, centre, now=later(minutes=10))

    linked, _, _ = does(asked, LINK, a_lead(), now=later(minutes=10), centre=centre)
    freed, _, _ = does(linked, UNLINK, now=later(hours=3), centre=centre)
    both, _, _ = does(still, LINK, a_lead(), now=later(hours=1), centre=centre)
    apart, _, _ = does(both, UNLINK, now=later(hours=2), centre=centre)
    resumed, _ = done(apart, Resume(), centre, now=later(hours=3))

    assert (linked.timers, both.timers, apart.timers) == ((), (), ())
    assert freed.answer_by == resumed.answer_by == later(hours=3) + timedelta(minutes=20)


def test_when_it_is_resolved_or_handed_on_no_answer_is_waited_for():
    centre = a_staffed_centre()
    asked, _ = opened(centre)
    accepted, _ = done(asked, Accept(), centre)

    resolved, _ = done(accepted, Resolve(method="method/1:mediation", outcome="outcome/1:success"), centre)
    away, _ = done(accepted, Escalate(reason="reason/1:too-hard"), centre)

    assert [(one.next_due, one.assignment.answer_by) for one in (resolved, away)] == [(None, None)] * 2


def test_an_answer_that_is_asked_for_from_outside_is_decided_by_the_same_rules():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    def told(action, ref):
        actor = Actor(role="grid-staff", ref=ref)
        fields = {"incident_id": INCIDENT, "source": "/app", "occurred_at": NOW, "actor": actor}
        return arrive(asked, ActionReceived(action=action, decided_by="routing", **fields), centre, NOW)

    by_event = told(OVERLOADED, "g-1")
    unchanged, [no] = told(Take(), "g-2")

    assert by_event == done(asked, OVERLOADED, centre, "g-1")
    assert (unchanged, no.type, no.reason) == (asked, "action.refused.v1", "not-the-assignee")


def test_a_matter_from_before_answers_were_asked_for_can_be_taken_or_declined():
    centre = a_staffed_centre()

    taken, _ = done(an_accepted_incident(assignee="x-1"), Take(), centre, "x-1")
    declined, _ = done(an_accepted_incident(assignee="x-1"), OVERLOADED, centre, "x-1")

    assert (taken.assignment.taken_at, declined.assignee) == (NOW, "g-1")


def test_history_names_who_was_asked_and_why_not():
    centre = a_staffed_centre()
    asked, _ = opened(centre)

    after, _ = done(asked, OVERLOADED, centre, "g-1")

    assert [one.detail for one in after.history[1:]] == [
        "g-1 contact-role/1:grid-staff policy",
        "g-1 reason/1:overloaded",
        "g-2 contact-role/1:grid-staff policy",
    ]
