"""吹哨: who is called, by whom, until when, and what is said of it."""

import pytest

from services.routing.centre import Centre
from services.routing.refusal import SENTENCES
from services.routing.roster import Contact, Roster
from tests.builders import (
    NOW,
    REPORTED_AT,
    VILLAGE,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    later,
    policies,
)
from tests.services.routing.joint import (
    EXCUSE,
    GRID,
    JUSTICE,
    POLICE,
    a_request,
    answered,
    done,
    minutes,
    refused,
    standings,
    through,
    whistled,
)

MAJOR_DANGER = {"severity": "severity/1:major", "category": "category/1:safety"}


def test_whoever_is_named_is_called_with_the_times_of_the_ring():
    after, [blown] = done(an_accepted_incident(), "whistle", participants=[POLICE, JUSTICE])

    police, justice = blown.participants
    assert (blown.type, blown.whistle, blown.rule) == ("whistle.blown.v1", 1, None)
    assert (police.participant, police.role, police.ref, police.ring) == (
        "p1", "police", "c-33", "3-minutes",
    )  # fmt: skip
    assert [(one.step, one.due_at) for one in police.steps] == [
        ("acknowledge", minutes(1)), ("arrive", minutes(3)), ("support", None), ("result", None),
    ]  # fmt: skip
    assert [(one.step, one.due_at) for one in justice.steps] == [
        ("acknowledge", later(hours=6)), ("support", None), ("result", None),
    ]  # fmt: skip
    assert (police.unresponsive_at, justice.unresponsive_at) == (minutes(3), later(hours=6, days=1))
    assert after.whistles[0].open
    assert standings(after) == {"p1": "called", "p2": "called"}


@pytest.mark.parametrize(
    ("named", "whole", "ring"),
    [(None, None, "slow"), (None, "1-minute", "1-minute"), ("5-minutes", "1-minute", "5-minutes")],
)
def test_the_ring_of_a_participant_is_its_own_or_the_whistle_s_or_the_usual_one(named, whole, ring):
    _, [blown] = done(
        an_accepted_incident(),
        "whistle",
        ring=whole,
        participants=[{"role": "police", "ring": named}],
    )

    assert blown.participants[0].ring == ring


def called(incident, centre=None, **fields):
    _, [blown] = done(incident, "whistle", centre=centre, **fields)
    return blown.rule, [(one.role, one.ring) for one in blown.participants]


def test_who_names_nobody_calls_those_of_the_first_rule_of_the_policy_that_fits():
    rule, everybody = called(an_accepted_incident(**MAJOR_DANGER))

    assert rule == f"{an_incident().policy} whistle.calls.0"
    assert everybody == [
        ("grid-staff", "1-minute"), ("police", "3-minutes"), ("medical-aid", "5-minutes"),
        ("fire-brigade", "5-minutes"),
    ]  # fmt: skip


def test_who_names_just_a_ring_calls_those_in_it():
    _, somebody = called(an_accepted_incident(**MAJOR_DANGER), ring="5-minutes")

    assert somebody == [("medical-aid", "5-minutes"), ("fire-brigade", "5-minutes")]


def test_another_severity_or_category_falls_under_another_rule():
    rule, somebody = called(an_accepted_incident(severity="severity/1:prominent"))

    assert rule.endswith("whistle.calls.2")
    assert somebody == [("officer", "slow"), ("justice-office", "slow")]


def test_for_a_role_the_registry_names_the_nearest_and_nobody_twice():
    contacts = [
        Contact(reference=ref, kind="person", role="role/1:grid-staff", area=VILLAGE)
        for ref in ("c-1", "c-2")
    ]
    centre = Centre("village", policies(), Roster(contacts))
    roles = [
        {"role": "grid-staff"},
        {"role": "grid-staff"},
        {"role": "grid-staff"},
        {"role": "x", "ref": "c-9"},
    ]

    _, [blown] = done(an_accepted_incident(), "whistle", centre=centre, participants=roles)

    assert [one.ref for one in blown.participants] == ["c-1", "c-2", None, "c-9"]


SUSPENDED = an_accepted_incident(due_at=None, due_step=None, suspended_at=NOW)


@pytest.mark.parametrize(
    ("incident", "fields", "reason", "about"),
    [
        (an_accepted_incident(), {}, "nobody-to-call", None),
        (an_accepted_incident(**MAJOR_DANGER), {"ring": "slow"}, "nobody-to-call", None),
        (an_accepted_incident(), {"participants": [POLICE, GRID | {"ref": "c-33"}]}, "called-twice", None),
        (an_accepted_incident(), {"participants": [POLICE | {"ring": "2-hours"}]}, "unknown-ring", "2-hours"),
        (SUSPENDED, {"participants": [POLICE]}, "suspended", None),
        (a_resolved_incident(), {"participants": [POLICE]}, "already-resolved", None),
        (a_resolved_incident(status="closed"), {"participants": [POLICE]}, "closed", None),
    ],
)
def test_when_nobody_may_whistle(incident, fields, reason, about):
    assert refused(incident, "whistle", **fields) == (reason, about)


def test_a_whistle_may_be_blown_before_the_matter_is_accepted():
    assert standings(whistled(POLICE, incident=an_incident())) == {"p1": "called"}


def test_several_whistles_are_numbered_and_answered_apart():
    first = whistled(POLICE)
    both = whistled(POLICE, GRID, incident=first)

    after, [said] = answered(both, "acknowledge", whistle=2, who="p2")

    assert (said.whistle, said.participant, said.role) == (2, "p2", "grid-staff")
    assert [one.number for one in after.whistles] == [1, 2]
    assert standings(after, 1) == {"p1": "called"}
    assert standings(after, 2) == {"p1": "called", "p2": "acknowledged"}


def test_a_suspended_matter_has_its_running_whistle_answered():
    incident, _ = done(whistled(POLICE), "suspend", reason="reason/1:party-away", approver="o-9")

    after = through(incident, 4)

    assert (after.suspended_at, after.whistles[0].open) == (NOW, False)


def test_imported_history_promises_nothing():
    incident = an_accepted_incident(backfill=True, due_at=None, due_step=None, handle_by=None)
    after, [blown] = done(incident, "whistle", happened=REPORTED_AT, participants=[POLICE, JUSTICE])
    after, [acknowledged] = answered(after, "acknowledge")

    assert {step.due_at for one in blown.participants for step in one.steps} == {None}
    assert (acknowledged.in_time, acknowledged.next_due_at, after.timers) == (None, None, ())


def test_each_event_is_a_line_of_the_history_with_codes_and_opaque_names_only():
    incident = through(whistled(POLICE, GRID), 4)
    incident, _ = answered(incident, "excuse", who="p2", **EXCUSE)

    assert [(one.event, one.detail) for one in incident.history] == [
        ("whistle.blown.v1", "whistle:1 p1:police:3-minutes p2:grid-staff:1-minute"),
        ("whistle.acknowledged.v1", "whistle:1:p1 police"),
        ("whistle.arrived.v1", "whistle:1:p1 police"),
        ("whistle.supported.v1", "whistle:1:p1 police support/1:staff"),
        ("whistle.reported.v1", "whistle:1:p1 police outcome/1:success"),
        ("whistle.excused.v1", "whistle:1:p2 grid-staff reason/1:engaged-elsewhere o-9"),
        ("whistle.ended.v1", "whistle:1 p1:reported p2:excused"),
    ]


def test_what_another_tier_owns_is_asked_there():
    _, [forwarded] = done(an_incident(status="handed-over", owner="town"), "whistle", participants=[POLICE])

    assert forwarded.action == a_request("whistle", participants=[POLICE]).action


WORDS = [
    "unknown-whistle", "whistle-open", "whistle-over", "nobody-to-call", "called-twice", "unknown-ring",
    "unknown-participant", "participant-done", "out-of-turn", "before-the-step", "approver-is-participant",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_no_can_be_said_in_both_languages(word):
    assert all(SENTENCES[word])
