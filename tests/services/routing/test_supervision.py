"""挂牌督办: listed by rule or by a person, reminded in a rhythm, and led by name."""

from datetime import timedelta

import pytest

from schemas.actions import Escalate
from schemas.base import SYSTEM
from schemas.supervision import ChangeLeader, PutOnList, Remind, StrikeOff
from schemas.triage import Triage
from services.routing.handling import Request
from services.routing.incident import Timer
from services.routing.life import act, arrive, late
from services.routing.refusal import Refused
from tests.builders import (
    INCIDENT,
    NOW,
    a_centre,
    a_completed_revisit,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
    reported,
)
from tests.services.routing.acting import types
from tests.services.routing.listed import LED, LISTING, OFFICE, done, refused
from tests.services.routing.test_clocks import midnight

LIST = PutOnList(leader="l-7", reason="reason/1:leader-decides")


def test_a_person_lists_a_matter_with_a_leader_and_it_is_reminded_of_in_the_rhythm_of_its_severity():
    after, [listed] = done(an_accepted_incident(), LIST)

    assert (listed.type, listed.leader, listed.by) == ("incident.listed.v1", "l-7", "person")
    assert listed.remind_at == after.listing.remind_at == midnight(9, 21)
    assert (after.leader, after.listing.reason) == ("l-7", "reason/1:leader-decides")


@pytest.mark.parametrize(
    ("arrival", "tier", "reason"),
    [
        (reported(severity="severity/1:major", area="620522101"), "town", "reason/1:major-matter"),
        (handed_over(to_tier="county", path=("village", "town")), "county", "reason/1:reached-county"),
        (handed_over(attempt=3), "town", "reason/1:relapsed-again"),
    ],
)
def test_a_rule_of_the_policy_lists_what_is_opened_under_the_post_of_the_tier(arrival, tier, reason):
    after, [opened, listed] = arrive(None, arrival, a_centre(tier), NOW)

    assert types([opened, listed]) == ["incident.opened.v1", "incident.listed.v1"]
    assert (listed.reason, listed.by, listed.actor) == (reason, "policy", SYSTEM)
    assert listed.rule.startswith("default/") and "supervision.rules." in listed.rule
    assert after.leader == f"post/{tier}-secretary"


@pytest.mark.parametrize(
    "arrival", [reported(), reported(severity="severity/1:prominent"), handed_over(), handed_over(attempt=2)]
)
def test_what_no_rule_names_is_not_listed(arrival):
    tier = "town" if arrival.type == "incident.handed-over.v1" else "village"

    after, events = arrive(None, arrival, a_centre(tier), NOW)

    assert (types(events), after.listing) == (["incident.opened.v1"], None)


def test_imported_history_is_never_listed_by_rule_and_has_no_rhythm():
    old = reported(severity="severity/1:major", area="620522101", backfill=True)

    opened, events = arrive(None, old, a_centre("town"), NOW)
    listed, _ = done(opened, LIST)

    assert types(events) == ["incident.opened.v1"]
    assert listed.timers == ()


def test_the_rhythm_reminds_once_however_long_nobody_was_there_and_counts_on_from_then():
    listed = an_accepted_incident(due_at=later(days=30), **LED)
    now = later(days=10)

    assert listed.next_due == Timer(later(days=1), "remind")
    after, [reminded] = late(listed, listed.next_due, a_centre(), now)

    assert (reminded.by, reminded.number, reminded.leader) == ("rhythm", 1, "l-7")
    assert after.listing.remind_at == reminded.remind_at > now
    assert reminded.rule.endswith("supervision.remind.ordinary")
    assert late(after, listed.next_due, a_centre(), now) == (after, [])


def test_a_rhythm_of_one_working_day_reminds_every_working_day_although_midnight_ends_the_day_before():
    listing = LISTING.model_copy(update={"remind_at": midnight(9, 16)})
    led = an_accepted_incident(
        severity="severity/1:major", due_at=later(days=90), leader="l-7", listing=listing
    )
    said = []
    for _ in range(4):
        led, [reminded] = late(led, led.next_due, a_centre(), led.next_due.due_at + timedelta(seconds=2))
        said.append(reminded.remind_at)

    assert said == [midnight(9, 17), midnight(9, 18), midnight(9, 19), midnight(9, 21)]


def test_a_reminder_by_hand_is_counted_and_leaves_the_rhythm_as_it_is():
    after, [reminded] = done(an_accepted_incident(**LED), Remind(), later(hours=2))

    assert (reminded.by, reminded.number) == ("person", 1)
    assert (after.listing.reminders, after.listing.remind_at) == (1, LISTING.remind_at)


def test_the_deadline_of_the_step_and_the_rhythm_are_two_timers_of_which_the_next_counts():
    soon = an_accepted_incident(due_at=later(hours=1), **LED)
    later_on = an_accepted_incident(due_at=later(days=3), **LED)

    assert (soon.next_due.step, later_on.next_due.step) == ("handle", "remind")


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_reminders_stop_when_the_matter_is_settled_and_it_stays_listed(status):
    settled = a_resolved_incident(status=status, **LED)

    assert settled.timers == ()
    assert settled.listing == LISTING
    assert refused(settled, Remind()) == {"resolved": "already-resolved", "closed": "closed"}[status]


def test_a_relapse_of_a_listed_matter_is_a_reminder_and_begins_the_rhythm_anew():
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")

    after, [_, reminded] = arrive(a_resolved_incident(**LED), relapse, a_centre(), later(days=2))

    assert (reminded.type, reminded.by) == ("incident.reminded.v1", "relapse")
    assert after.listing.remind_at > later(days=2)


def test_a_second_relapse_lists_what_was_not_listed_and_its_leader_stays():
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse", attempt=2)

    after, events = arrive(a_resolved_incident(attempt=2, leader="l-9"), relapse, a_centre(), NOW)

    assert types(events) == ["incident.reopened.v1", "incident.listed.v1"]
    assert (after.attempt, after.leader, after.listing.reason) == (3, "l-9", "reason/1:relapsed-again")


def test_a_listed_matter_that_climbs_stays_listed_with_its_leader_and_its_rhythm():
    climbing = Escalate(reason="reason/1:too-hard")
    below, [_, whole] = done(an_accepted_incident(handlers=("o-1102",), **LED), climbing)

    above, events = arrive(None, whole, a_centre("town"), later(minutes=1))

    assert types(events) == ["incident.opened.v1"]
    assert (above.leader, above.listing, above.handlers) == ("l-7", LISTING, ("o-1102",))
    assert below.timers == ()


def test_a_leader_owns_a_case_that_is_not_listed_and_another_takes_it_over_with_a_reason():
    led, [first] = done(an_incident(), ChangeLeader(leader="l-7", reason="reason/1:leader-decides"))
    after, [second] = done(led, ChangeLeader(leader="l-8", reason="reason/1:leader-moved"))

    assert (first.leader, first.was_leader) == ("l-7", None)
    assert (second.leader, second.was_leader, second.reason) == ("l-8", "l-7", "reason/1:leader-moved")
    assert (after.leader, after.listing) == ("l-8", None)


@pytest.mark.parametrize(
    ("incident", "action", "reason"),
    [
        (an_incident(**LED), LIST, "already-listed"),
        (a_resolved_incident(), LIST, "already-resolved"),
        (a_resolved_incident(status="closed"), LIST, "closed"),
        (an_incident(), Remind(), "not-listed"),
        (an_incident(leader="l-7"), Remind(), "not-listed"),
        (an_incident(), StrikeOff(), "not-listed"),
        (an_incident(**LED), ChangeLeader(leader="l-7", reason="reason/1:leader-moved"), "same-leader"),
        (
            a_resolved_incident(status="closed", leader="l-7"),
            ChangeLeader(leader="l-8", reason="reason/1:leader-moved"),
            "closed",
        ),
    ],
)
def test_what_the_rules_refuse_is_named(incident, action, reason):
    assert refused(incident, action) == reason


def test_nothing_of_supervision_happened_before_the_report():
    with pytest.raises(Refused, match="before-the-report"):
        act(an_incident(), Request(LIST, OFFICE, NOW - timedelta(days=1)), a_centre(), NOW)


def test_a_suspended_matter_is_still_reminded_of():
    suspended = an_accepted_incident(due_at=None, due_step=None, suspended_at=NOW, **LED)

    assert suspended.next_due == Timer(later(days=1), "remind")


def test_an_action_at_a_tier_that_handed_it_over_is_forwarded():
    away = an_incident(owner="town", status="handed-over", **LED)

    after, [forwarded] = done(away, StrikeOff())

    assert (forwarded.type.rpartition(".")[0], forwarded.to_tier) == ("action.forwarded", "town")
    assert (after.incident_id, after.listing) == (INCIDENT, LISTING)


def test_a_matter_that_is_judged_to_be_major_is_listed():
    in_town = an_accepted_incident(tier="town")
    major = Triage(severity="severity/1:major", reason="reason/1:more-facts-needed")

    after, events = done(in_town, major)

    assert types(events) == ["incident.triaged.v1", "incident.listed.v1"]
    assert after.listing.reason == "reason/1:major-matter"
