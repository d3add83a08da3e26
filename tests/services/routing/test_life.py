"""What arrives at a tier: reports, handovers, revisits; and what a missed deadline does."""

from datetime import timedelta

import pytest

from messaging.errors import Rejected
from schemas.actions import Accept
from services.routing.handling import Request
from services.routing.incident import Timer
from services.routing.life import act, arrive, late
from tests.builders import (
    NOW,
    OFFICER,
    REPORTED_AT,
    a_centre,
    a_completed_revisit,
    a_policy,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
    reported,
)
from tests.services.routing.acting import received, types


def test_an_ordinary_report_opens_in_the_village_with_a_deadline_to_accept():
    after, [opened] = arrive(None, reported(), a_centre(), NOW)

    assert (after.status, after.owner, after.attempt, after.policy) == ("open", "village", 1, "default/2")
    assert (after.due_step, after.due_at) == ("accept", NOW + timedelta(hours=4))
    assert opened.occurred_at == REPORTED_AT
    assert opened.due_at == after.due_at


def test_a_major_report_goes_up_to_the_town_at_once():
    after, [fact, whole] = arrive(None, reported(severity="severity/1:major"), a_centre(), NOW)

    assert (after.status, after.owner, after.due_at) == ("handed-over", "town", None)
    assert (fact.by, fact.reason) == ("policy", "reason/1:severity")
    assert whole.path == ("village",)


RULES = ("default/2 triage.collective", "default/2 triage.threat-to-life")
PROPOSED = {"proposed_severity": "severity/1:major", "triage": RULES}


def test_the_first_line_of_a_history_names_the_rules_that_proposed_the_severity():
    ordinary = {"severity": "severity/1:ordinary", "proposed_severity": "severity/1:ordinary"}
    above, [_, whole] = arrive(None, reported(severity="severity/1:major", **PROPOSED), a_centre(), NOW)
    here, _ = arrive(None, reported(**ordinary, triage=RULES[:1]), a_centre(), NOW)
    after, _ = act(here, Request(Accept(), OFFICER, NOW), a_centre(), NOW)

    assert whole.history[0].detail == f"town reason/1:severity policy {' '.join(RULES)}"
    assert above.history == whole.history
    assert [one.detail for one in after.history] == [RULES[0], None]


def test_a_severity_that_a_person_judged_otherwise_goes_by_no_rule():
    after, _ = arrive(None, reported(**PROPOSED), a_centre(), NOW)

    assert [one.detail for one in after.history] == [None]


def test_a_village_s_matter_reported_at_the_county_goes_down_to_the_village():
    after, [fact, whole] = arrive(None, reported(tier="county"), a_centre("county"), NOW)

    assert (fact.type, fact.by, after.owner) == ("incident.returned.v1", "policy", "village")
    assert (whole.to_tier, whole.path) == ("village", ())


def test_imported_history_opens_without_a_deadline():
    after, [opened] = arrive(None, reported(backfill=True), a_centre(), NOW)

    assert (after.due_at, after.due_step, opened.due_at) == (None, None, None)


def test_the_same_incident_is_never_reported_twice():
    with pytest.raises(Rejected, match="forbidden-transition"):
        arrive(an_incident(), reported(), a_centre(), NOW)


def test_a_handover_opens_at_the_tier_it_is_addressed_to_with_everything_it_carries():
    given = handed_over(attempt=2, target_at=later(days=3), history=an_history())

    after, [opened] = arrive(None, given, a_centre("town"), NOW)

    assert (after.tier, after.owner, after.status) == ("town", "town", "open")
    assert (after.attempt, after.target_at, after.path) == (2, later(days=3), ("village",))
    assert (opened.from_tier, opened.attempt) == ("village", 2)
    assert [one.event for one in after.history] == ["incident.accepted.v1", "incident.opened.v1"]
    assert after.due_at == NOW + timedelta(hours=8)


def an_history():
    after, _ = arrive(an_incident(), received(Accept()), a_centre(), NOW)
    return after.history


def test_a_handover_to_another_tier_changes_nothing_here():
    assert arrive(None, handed_over(), a_centre("county"), NOW) == (None, [])


def test_an_incident_comes_back_to_the_tier_that_handed_it_over():
    away = an_accepted_incident(status="handed-over", owner="town", assignee="o-7")
    given = handed_over(to_tier="village", from_tier="town", path=())

    after, _ = arrive(away, given, a_centre(), NOW)

    assert (after.status, after.owner, after.accepted_at, after.handle_by) == ("open", "village", None, None)


def test_a_handover_of_what_this_tier_owns_already_can_never_work():
    with pytest.raises(Rejected, match="owns the incident already"):
        arrive(an_incident(tier="town"), handed_over(), a_centre("town"), NOW)


def test_a_policy_this_tier_does_not_know_is_replaced_by_the_one_in_force():
    after, _ = arrive(None, handed_over(policy="elsewhere/9"), a_centre("town"), NOW)

    assert after.policy == "default/2"


@pytest.mark.parametrize("outcome", ["satisfied", "unheard"])
def test_a_good_revisit_closes(outcome):
    after, [closed] = arrive(a_resolved_incident(), a_completed_revisit(outcome=outcome), a_centre(), NOW)

    assert (after.status, closed.type, closed.attempt) == ("closed", "incident.closed.v1", 1)


def test_a_failed_revisit_reopens_here_with_the_attempt_counted_and_the_clock_running():
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")

    after, [reopened] = arrive(a_resolved_incident(), relapse, a_centre(), NOW)

    assert (after.status, after.attempt, after.resolved_at, after.on_time) == ("accepted", 2, None, None)
    assert (after.due_step, after.due_at) == ("handle", NOW + timedelta(days=1))
    assert (reopened.attempt, reopened.on_time, reopened.reason) == (2, True, "reason/1:relapse")
    assert reopened.resolved_at == relapse.resolved_at


@pytest.mark.parametrize(
    "incident",
    [None, an_incident(), an_accepted_incident(attempt=2), a_resolved_incident(attempt=2)],
    ids=["unknown", "open", "reopened", "resolved again"],
)
def test_a_revisit_of_another_resolution_can_never_work(incident):
    with pytest.raises(Rejected, match="not about the present resolution"):
        arrive(incident, a_completed_revisit(), a_centre(), NOW)


def test_a_missed_deadline_raises_the_incident_to_the_tier_above():
    incident = an_incident(due_step="accept", due_at=NOW)

    after, events = late(incident, Timer(NOW, "accept"), a_centre(), later(minutes=1))

    assert types(events) == ["incident.overdue.v1", "incident.escalated.v1", "incident.handed-over.v1"]
    assert (events[1].by, events[1].reason) == ("deadline", "reason/1:deadline-missed")
    assert (events[0].occurred_at, events[1].occurred_at) == (NOW, later(minutes=1))
    assert (after.status, after.owner, after.due_at) == ("handed-over", "town", None)
    assert [one.event for one in events[2].history] == ["incident.overdue.v1", "incident.escalated.v1"]


def test_at_the_county_a_missed_deadline_is_an_alarm_once():
    incident = an_accepted_incident(tier="county", due_at=NOW)

    after, events = late(incident, Timer(NOW, "handle"), a_centre("county"), NOW)
    again, nothing = late(after, Timer(NOW, "handle"), a_centre("county"), NOW)

    assert types(events) == ["incident.overdue.v1"]
    assert (after.status, after.due_at, after.handle_by) == ("accepted", None, later(days=1))
    assert (again, nothing) == (after, [])
    assert [one.step for one in after.timers] == ["alarm"]


@pytest.mark.parametrize(("step", "kept"), [("accept", "alarm"), ("handle", "escalate")])
def test_the_policy_says_which_missed_step_raises(step, kept):
    centre = a_centre("village", a_policy(missed={"accept": "alarm", "handle": "escalate"}))
    incident = an_incident(due_step=step, due_at=NOW)

    _, events = late(incident, Timer(NOW, step), centre, NOW)

    assert len(events) == (1 if kept == "alarm" else 3)


@pytest.mark.parametrize(
    "passed", [Timer(later(days=1), "accept"), Timer(NOW, "handle")], ids=["step", "moment"]
)
def test_a_deadline_that_was_met_meanwhile_does_nothing(passed):
    incident = an_accepted_incident()

    assert late(incident, passed, a_centre(), NOW) == (incident, [])
