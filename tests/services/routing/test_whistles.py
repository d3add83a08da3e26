"""吹哨—响应—支援: who is called, what a participant may do where it stands, and how a whistle ends."""

from dataclasses import replace

import pytest

from schemas.base import Actor
from services.routing.centre import Centre
from services.routing.refusal import SENTENCES
from services.routing.roster import Contact, Roster
from tests.builders import (
    NOW,
    OFFICER,
    REPORTED_AT,
    VILLAGE,
    a_centre,
    a_policy,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    later,
    policies,
)
from tests.services.routing.acting import types
from tests.services.routing.joint import (
    GRID,
    JUSTICE,
    POLICE,
    STEPS,
    a_request,
    answered,
    done,
    minutes,
    refused,
    standings,
    through,
    whistled,
)
from tests.services.routing.test_clocks import midnight

CALL_OFF = {"whistle": 1, "reason": "reason/1:no-longer-needed"}
EXCUSE = {"reason": "reason/1:engaged-elsewhere", "approver": "o-9"}
RESOLVE = {"method": "method/1:mediation", "outcome": "outcome/1:success"}
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


ORDER = [action for action, _ in STEPS]
FIELDS = dict(STEPS)
FINISHED = {
    "reported": through(whistled(POLICE, GRID), 4),
    "excused": answered(whistled(POLICE, GRID), "excuse", **EXCUSE)[0],
    "unresponsive": replace(
        whistled(POLICE, GRID),
        whistles=tuple(
            replace(
                one,
                participants=(replace(one.participants[0], standing="unresponsive"), one.participants[1]),
            )
            for one in whistled(POLICE, GRID).whistles
        ),
    ),
}


@pytest.mark.parametrize("action", ORDER)
@pytest.mark.parametrize("steps", range(4))
def test_steps_are_done_in_their_order_and_none_is_left_out(steps, action):
    incident = through(whistled(POLICE, GRID), steps)

    if action == ORDER[steps]:
        _, [said] = answered(incident, action, **FIELDS[action])
        assert said.participant == "p1"
    else:
        reason, waited_for = refused(incident, action, whistle=1, participant="p1", **FIELDS[action])
        assert (reason, waited_for) == (
            "out-of-turn",
            ["acknowledge", "arrive", "support", "result"][steps],
        )


@pytest.mark.parametrize("action", [*ORDER, "excuse"])
@pytest.mark.parametrize("standing", FINISHED)
def test_who_is_done_does_nothing_more(standing, action):
    fields = EXCUSE if action == "excuse" else FIELDS[action]

    found = refused(FINISHED[standing], action, whistle=1, participant="p1", **fields)

    assert found == ("participant-done", standing)


@pytest.mark.parametrize("steps", range(4))
def test_whoever_is_not_done_may_be_excused(steps):
    after, [said] = answered(through(whistled(POLICE, GRID), steps), "excuse", **EXCUSE)

    assert (said.reason, said.approver, said.rule.split()[1]) == (*EXCUSE.values(), "whistle.excuse")
    assert standings(after) == {"p1": "excused", "p2": "called"}


NAMELESS = Actor(role="officer")
BY_ROLE = {"role": "police", "ring": "3-minutes"}


@pytest.mark.parametrize(
    ("participant", "actor", "changes", "reason"),
    [
        (POLICE, OFFICER, {"approver": "c-33"}, "approver-is-participant"),
        (BY_ROLE, OFFICER, {"approver": OFFICER.ref}, "approver-is-participant"),
        (BY_ROLE, NAMELESS, {}, "approver-is-participant"),
        (POLICE, OFFICER, {"reason": "reason/1:complex"}, "reason-not-allowed"),
    ],
)
def test_who_may_not_be_excused(participant, actor, changes, reason):
    found = refused(
        whistled(participant), "excuse", whistle=1, participant="p1", actor=actor, **EXCUSE | changes
    )

    assert found == (reason, None)


def test_the_owner_may_approve_what_a_named_participant_asks_for():
    after, _ = answered(whistled(POLICE, GRID), "excuse", **EXCUSE | {"approver": OFFICER.ref})

    assert standings(after)["p1"] == "excused"


def test_whoever_acknowledges_for_a_role_is_the_one_who_was_called():
    officer = Actor(role="police", ref="c-77")

    after, [said] = answered(whistled(BY_ROLE), "acknowledge", actor=officer)

    assert said.ref == after.whistles[0].participants[0].ref == "c-77"


def test_nobody_s_name_is_made_up():
    after, [said] = answered(whistled(BY_ROLE), "acknowledge", actor=NAMELESS)

    assert said.ref is after.whistles[0].participants[0].ref is None


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("acknowledge", {"whistle": 1, "participant": "p3"}, "unknown-participant"),
        ("acknowledge", {"whistle": 2, "participant": "p1"}, "unknown-whistle"),
        ("call-off", {"whistle": 2, "reason": "reason/1:no-longer-needed"}, "unknown-whistle"),
    ],
)
def test_what_nobody_knows_is_refused(action, fields, reason):
    assert refused(whistled(POLICE, GRID), action, **fields) == (reason, None)


@pytest.mark.parametrize("action", ["acknowledge", "excuse"])
def test_nothing_is_answered_before_it_was_asked(action):
    fields = EXCUSE if action == "excuse" else {}

    found = refused(whistled(POLICE), action, happened=minutes(-0.1), whistle=1, participant="p1", **fields)

    assert found == ("before-the-step", None)


def test_nobody_arrives_before_having_acknowledged():
    incident, _ = answered(whistled(POLICE), "acknowledge", minutes(1))

    assert (
        refused(incident, "arrive", minutes(2), happened=minutes(0.5), whistle=1, participant="p1")[0]
        == "before-the-step"
    )


@pytest.mark.parametrize(("at", "in_time"), [(3, True), (3.001, False)])
def test_a_step_is_in_time_until_the_moment_it_is_due_by_when_it_happened(at, in_time):
    incident, _ = answered(whistled(POLICE), "acknowledge", minutes(1))

    _, [arrived] = answered(incident, "arrive", minutes(10), happened=minutes(at))

    assert (arrived.due_at, arrived.in_time) == (minutes(3), in_time)


def test_what_follows_a_step_is_due_from_when_that_was_recorded_and_never_moves_again():
    incident = through(whistled(POLICE), 1, minutes(1))
    incident, [arrived] = answered(incident, "arrive", minutes(5))
    incident, [supported] = answered(incident, "support", minutes(7), support="support/1:staff")

    due = {one.step: one.due_at for one in incident.whistles[0].participants[0].stages}
    assert due == {
        "acknowledge": minutes(1), "arrive": minutes(3), "support": minutes(35), "result": minutes(127),
    }  # fmt: skip
    assert (arrived.next_due_at, supported.next_due_at) == (minutes(35), minutes(127))


def test_a_policy_may_count_every_step_from_the_whistle_or_from_the_step_before():
    rules = a_policy().whistle.model_dump()
    from_whistle = a_policy(
        whistle=rules | {"since": dict.fromkeys(("arrive", "support", "result"), "whistle")}
    )
    from_before = a_policy(whistle=rules | {"since": {"arrive": "step-before"}})

    _, [at_once] = done(
        an_accepted_incident(), "whistle", participants=[POLICE], centre=a_centre("village", from_whistle)
    )
    _, [bit_by_bit] = done(
        an_accepted_incident(), "whistle", participants=[POLICE], centre=a_centre("village", from_before)
    )

    assert [one.due_at for one in at_once.participants[0].steps] == [
        minutes(1), minutes(3), minutes(30), minutes(120),
    ]  # fmt: skip
    assert [one.due_at for one in bit_by_bit.participants[0].steps] == [minutes(1), None, None, None]


def test_the_slow_ring_counts_working_days():
    _, [acknowledged] = answered(whistled(JUSTICE), "acknowledge", later(hours=1))

    assert acknowledged.next_due_at == midnight(9, 18)


def test_what_was_given_and_how_it_ended_is_kept():
    incident = through(whistled(POLICE, GRID), 4)

    police = incident.whistles[0].participants[0]
    assert (police.support, police.outcome) == ("support/1:staff", "outcome/1:success")
    assert all(stage.done_at == NOW for stage in police.stages)


def test_a_whistle_ends_when_nobody_is_waited_for():
    incident, one = answered(through(whistled(POLICE, GRID), 3), *STEPS[3][:1], **STEPS[3][1])
    after, [excused, ended] = answered(incident, "excuse", who="p2", **EXCUSE)

    assert types(one) == ["whistle.reported.v1"]
    assert types([excused, ended]) == ["whistle.excused.v1", "whistle.ended.v1"]
    assert [(one.participant, one.standing) for one in ended.participants] == [
        ("p1", "reported"),
        ("p2", "excused"),
    ]
    assert not after.whistles[0].open
    assert refused(after, "acknowledge", whistle=1, participant="p1") == ("whistle-over", None)


def test_calling_off_ends_it_for_everybody_and_says_where_each_stood():
    incident = through(whistled(POLICE, GRID), 1)

    after, [called_off] = done(incident, "call-off", **CALL_OFF)

    assert [(one.participant, one.standing) for one in called_off.unfinished] == [
        ("p1", "acknowledged"),
        ("p2", "called"),
    ]
    assert (after.whistles[0].called_off, standings(after)) == (
        "reason/1:no-longer-needed", {"p1": "called-off", "p2": "called-off"},
    )  # fmt: skip
    assert refused(after, "call-off", **CALL_OFF) == ("whistle-over", None)


def test_who_was_done_before_it_was_called_off_stays_done():
    after, _ = done(through(whistled(POLICE, GRID), 4), "call-off", **CALL_OFF)

    assert standings(after) == {"p1": "reported", "p2": "called-off"}


def test_nothing_is_called_off_before_it_was_called():
    assert refused(whistled(POLICE), "call-off", happened=minutes(-1), **CALL_OFF) == (
        "before-the-step",
        None,
    )


def test_nothing_is_resolved_while_a_whistle_is_open_and_the_refusal_names_it():
    first = through(whistled(POLICE), 4)
    second = whistled(GRID, incident=first)

    assert refused(second, "resolve", **RESOLVE) == ("whistle-open", "whistle:2")


@pytest.mark.parametrize("how", ["reported", "called off", "excused"])
def test_once_it_has_ended_the_matter_can_be_resolved(how):
    incident = whistled(POLICE)
    ended = {
        "reported": lambda: through(incident, 4),
        "called off": lambda: done(incident, "call-off", **CALL_OFF)[0],
        "excused": lambda: answered(incident, "excuse", **EXCUSE)[0],
    }[how]()

    after, [resolved] = done(ended, "resolve", **RESOLVE)

    assert (after.status, resolved.type) == ("resolved", "incident.resolved.v1")


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
