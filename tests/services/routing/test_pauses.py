"""A clock is stopped, taken up again and extended only by rule, and runs on with what was left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.actions import Accept, Escalate, Extend, Resolve, Resume, Return, Suspend
from schemas.base import Actor
from schemas.intake import ActionReceived
from services.routing.incident import Move
from services.routing.life import arrive
from services.routing.pauses import moved
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    an_accepted_incident,
    an_incident,
    later,
    policies,
)
from tests.services.routing.acting import done, refused
from tests.services.routing.test_clocks import midnight

SUSPEND = Suspend(reason="reason/1:awaiting-appraisal", approver="o-9")
EXTEND = Extend(reason="reason/1:complex", approver="o-9", span="P3D")
RESOLVE = Resolve(method="method/1:mediation", outcome="outcome/1:success")
RETURN = Return(reason="reason/1:wrong-tier")
ESCALATE = Escalate(reason="reason/1:too-hard")


def in_town():
    """A matter the town has seven working days for, the last of which is 22 September."""
    return an_accepted_incident(tier="town", due_at=midnight(9, 23), handle_by=midnight(9, 23))


def test_while_it_is_suspended_no_clock_runs():
    after, [suspended] = done(an_accepted_incident(), SUSPEND, later(hours=6))

    assert (suspended.type, suspended.step) == ("incident.suspended.v1", "handle")
    assert (suspended.due_at, suspended.approver) == (later(days=1), "o-9")
    assert (after.due_at, after.due_step, after.suspended_at) == (None, None, later(hours=6))


def test_elapsed_time_runs_on_with_the_time_that_was_left():
    paused, _ = done(an_accepted_incident(), SUSPEND, later(hours=6))

    after, [resumed] = done(paused, Resume(), later(days=9))

    assert resumed.due_at == after.due_at == after.handle_by == later(days=9, hours=18)
    assert resumed.suspended_at == later(hours=6)
    assert (after.due_step, after.suspended_at) == ("handle", None)


def test_working_days_run_on_with_the_days_that_were_left():
    paused, _ = done(in_town(), SUSPEND, later(days=3))

    after, _ = done(paused, Resume(), later(days=8))

    assert after.due_at == midnight(9, 30)


def test_a_clock_can_be_stopped_twice():
    incident = an_accepted_incident()
    for hours in (1, 10):
        incident, _ = done(incident, SUSPEND, later(hours=hours))
        incident, _ = done(incident, Resume(), later(hours=hours + 5))

    assert incident.due_at == later(days=1, hours=10)


def test_the_accepting_clock_can_be_stopped_too():
    opened = an_incident(due_step="accept", due_at=later(hours=4), clock_from=NOW)
    paused, [suspended] = done(opened, SUSPEND, later(hours=1))

    after, _ = done(paused, Resume(), later(hours=11))

    assert suspended.step == after.due_step == "accept"
    assert (after.due_at, after.handle_by) == (later(hours=14), None)


@pytest.mark.parametrize(("span", "due_at"), [("P3D", midnight(9, 26)), ("5 working days", midnight(10, 1))])
def test_an_extension_moves_deadline_and_promise(span, due_at):
    after, [extended] = done(in_town(), EXTEND.model_copy(update={"span": span}))

    assert extended.was_due_at == midnight(9, 23)
    assert extended.due_at == after.due_at == after.handle_by == due_at


def test_a_pause_brings_no_deadline_nearer_that_was_extended_to_a_day_off():
    incident, [extended] = done(in_town(), EXTEND)
    paused, _ = done(incident, SUSPEND)

    after, _ = done(paused, Resume())

    assert after.due_at == extended.due_at == midnight(9, 26)


def test_what_was_extended_is_not_lost_by_a_pause():
    incident, _ = done(an_accepted_incident(), EXTEND)
    incident, _ = done(incident, SUSPEND, later(days=2))

    after, _ = done(incident, Resume(), later(days=10))

    assert after.due_at == later(days=12)


RAIN = SUSPEND.model_copy(update={"reason": "reason/1:rain"})
APPRAISAL = EXTEND.model_copy(update={"reason": SUSPEND.reason})
BY_MYSELF = SUSPEND.model_copy(update={"approver": OFFICER.ref})
SUSPENDED = an_accepted_incident(
    due_at=None, due_step=None, suspended_at=NOW, moves=(Move("suspended", NOW),), path=("county",)
)
UNNAMED = Actor(role="officer")
BY_NOBODY = SUSPEND.model_copy(update={"approver": UNNAMED.ref})


@pytest.mark.parametrize(
    ("incident", "action", "now", "actor", "reason"),
    [
        (SUSPENDED, SUSPEND, NOW, OFFICER, "already-suspended"),
        (SUSPENDED, EXTEND, NOW, OFFICER, "already-suspended"),
        (SUSPENDED, RESOLVE, NOW, OFFICER, "suspended"),
        (SUSPENDED, RETURN, NOW, OFFICER, "suspended"),
        (replace(SUSPENDED, status="open"), Accept(), NOW, OFFICER, "suspended"),
        (an_accepted_incident(), Resume(), NOW, OFFICER, "not-suspended"),
        (an_accepted_incident(), SUSPEND, later(days=1), OFFICER, "time-is-up"),
        (an_accepted_incident(due_at=None, due_step=None), EXTEND, NOW, OFFICER, "time-is-up"),
        (an_incident(backfill=True), SUSPEND, NOW, OFFICER, "no-clock"),
        (an_accepted_incident(), RAIN, NOW, OFFICER, "reason-not-allowed"),
        (an_accepted_incident(), APPRAISAL, NOW, OFFICER, "reason-not-allowed"),
        (an_accepted_incident(), BY_MYSELF, NOW, OFFICER, "approver-is-actor"),
        (an_accepted_incident(), EXTEND, NOW, UNNAMED, "approver-is-actor"),
        (an_accepted_incident(), BY_NOBODY, NOW, OFFICER, "approver-is-actor"),
        (an_accepted_incident(status="resolved"), SUSPEND, NOW, OFFICER, "already-resolved"),
        (an_accepted_incident(status="closed"), EXTEND, NOW, OFFICER, "closed"),
    ],
)  # fmt: skip
def test_when_the_rules_say_no(incident, action, now, actor, reason):
    assert refused(incident, action, now, actor) == reason


def test_a_suspended_matter_may_climb_and_its_pause_ends_here():
    after, [escalated, whole] = done(SUSPENDED, ESCALATE)

    assert (escalated.type, after.suspended_at, after.due_at) == ("incident.escalated.v1", None, None)
    assert whole.history[-1].event == "incident.escalated.v1"


def test_who_handed_it_over_forwards_the_request():
    _, [forwarded] = done(an_incident(status="handed-over", owner="town"), SUSPEND)

    assert forwarded.action == SUSPEND


def test_each_is_a_line_of_the_history():
    incident, _ = done(an_accepted_incident(), EXTEND)
    incident, _ = done(incident, SUSPEND)

    assert [one.detail for one in incident.history] == [
        "reason/1:complex o-9 P3D",
        "reason/1:awaiting-appraisal o-9",
    ]


def test_a_provisional_deadline_moves_when_its_year_is_known():
    guessed = replace(in_town(), due_at=midnight(9, 25), provisional=True)

    event = moved(guessed, policies(), later(days=1))

    assert event is not None
    assert (event.was_due_at, event.due_at, event.provisional) == (midnight(9, 25), midnight(9, 23), False)


@pytest.mark.parametrize(
    "incident",
    [in_town(), replace(in_town(), due_at=None), replace(in_town(), policy="gone/1")],
    ids=range(3),
)
def test_nothing_is_said_when_counting_again_comes_to_the_same_or_cannot_be_done(incident):
    assert moved(incident, policies(), NOW + timedelta(days=1)) is None


def by_another_system(action):
    """The same request, as it arrives over the inbound topic."""
    return ActionReceived(
        incident_id=INCIDENT, source="/court", occurred_at=NOW, actor=OFFICER, action=action
    )


def test_another_system_may_ask_for_it_and_hears_a_no_as_an_event():
    paused, [suspended] = arrive(an_accepted_incident(), by_another_system(SUSPEND), a_centre(), NOW)
    again, [no] = arrive(paused, by_another_system(SUSPEND), a_centre(), NOW)

    assert suspended.type == "incident.suspended.v1"
    assert (no.type, no.action, no.reason) == ("action.refused.v1", "suspend", "already-suspended")
    assert again == paused
