"""联合调解: a session is called, moved, held or missed."""

from datetime import timedelta

import pytest

from services.routing.incident import Timer
from services.routing.life import act, arrive, late
from services.routing.refusal import SENTENCES
from tests.builders import (
    NOW,
    a_centre,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
)
from tests.services.routing.convened import ALL, BODIES, CALL, CONFIRM, FRIDAY, REASON, convened, held
from tests.services.routing.joint import a_request, done, refused, run_on
from tests.services.routing.test_clocks import midnight


def test_a_session_is_called_with_time_place_and_bodies():
    after, [called] = done(an_accepted_incident(), "call-session", **CALL)

    assert (called.type, called.session, called.attempt) == ("mediation.called.v1", 1, 1)
    assert (called.at, called.place) == (FRIDAY, "620522101203")
    assert [(one.name, one.role, one.ref) for one in called.bodies] == [
        ("b1", "village-committee", "c-1001"), ("b2", "justice-office", None),
    ]  # fmt: skip
    assert (called.held_by, called.missed_at) == (midnight(9, 29), FRIDAY + timedelta(days=1))
    assert after.sessions[0].pending
    assert Timer(FRIDAY + timedelta(days=1), "session:1:missed") in after.timers


def test_who_was_there_and_who_was_not_is_kept():
    after, [said] = done(convened(), "hold-session", FRIDAY, session=1, present=["p1", "b1"])

    assert [one.name for one in said.present] == ["b1", "p1"]
    assert [(one.name, one.role) for one in said.missing] == [
        ("b2", "justice-office"), ("p2", "party-role/1:respondent"),
    ]  # fmt: skip
    [session] = after.sessions
    assert (session.state, session.present, session.missing) == ("held", ("b1", "p1"), ("b2", "p2"))
    assert (session.agreement, session.reference, session.held_at) == (False, None, FRIDAY)


def test_a_session_may_be_held_before_its_time_when_all_are_there():
    assert held(now=later(days=1)).sessions[0].held_at == later(days=1)


def test_it_may_be_set_for_another_time_and_its_clock_goes_with_it():
    after, [adjourned] = done(convened(), "adjourn-session", session=1, at=later(days=7), **REASON)

    assert (adjourned.was_at, adjourned.at, adjourned.missed_at) == (FRIDAY, later(days=7), later(days=8))
    assert (after.sessions[0].at, after.sessions[0].adjourned, after.sessions[0].state) == (
        later(days=7),
        1,
        "called",
    )
    assert {one.due_at for one in after.timers if one.step == "session:1:missed"} == {later(days=8)}


def test_a_person_says_why_it_did_not_take_place_and_who_came_all_the_same():
    after, [missed] = done(convened(), "miss-session", FRIDAY, session=1, present=["b1", "p1"], **REASON)

    assert (missed.by, missed.reason) == ("person", "reason/1:party-away")
    assert [one.name for one in missed.missing] == ["b2", "p2"]
    assert (after.sessions[0].state, after.sessions[0].missing) == ("missed", ("b2", "p2"))


def test_what_nobody_reported_on_is_missed_by_the_clock_at_its_exact_time():
    after, [missed] = run_on(convened(), later(days=9))

    assert (missed.type, missed.by, missed.occurred_at) == ("mediation.missed.v1", "clock", later(days=5))
    assert (missed.present, missed.missing, missed.rule.split()[1]) == ((), (), "mediation.grace")
    assert (after.sessions[0].state, late(after, Timer(later(days=5), "session:1:missed"), a_centre(), NOW)) == (
        "missed", (after, []),
    )  # fmt: skip


def test_several_sessions_are_missed_in_due_order_after_an_outage():
    incident = convened(convened(convened(), at=later(days=2)), at=later(days=3))

    _, said = run_on(incident, later(days=30))

    assert [(one.session, one.occurred_at) for one in said] == [
        (2, later(days=3)), (3, later(days=4)), (1, later(days=5)),
    ]  # fmt: skip


def test_a_session_recorded_after_its_time_can_still_be_reported_on():
    request = {"at": later(hours=-1), "place": "620522101203", "bodies": BODIES}

    after, [called] = act(
        an_accepted_incident(reported_at=later(days=-2)),
        a_request("call-session", later(days=-1), **request),
        a_centre(),
        NOW,
    )

    assert called.missed_at == after.sessions[0].missed_at == later(days=1)


SUSPENDED = an_accepted_incident(due_at=None, due_step=None, suspended_at=NOW)


@pytest.mark.parametrize(
    ("incident", "action", "fields", "reason"),
    [
        (an_incident(), "call-session", CALL, "not-accepted"),
        (SUSPENDED, "call-session", CALL, "suspended"),
        (a_resolved_incident(), "call-session", CALL, "already-resolved"),
        (a_resolved_incident(status="closed"), "call-session", CALL, "closed"),
        (
            an_accepted_incident(),
            "call-session",
            CALL | {"at": NOW - timedelta(seconds=1)},
            "session-in-the-past",
        ),
        (an_accepted_incident(), "call-session", CALL | {"at": later(days=30)}, "session-too-late"),
        (convened(), "adjourn-session", {"session": 1, "at": later(days=30)} | REASON, "session-too-late"),
        (convened(), "hold-session", {"session": 2, "present": ALL}, "unknown-session"),
        (convened(), "hold-session", {"session": 1, "present": ["b3"]}, "unknown-participant"),
        (convened(), "hold-session", {"session": 1, "present": ["p3"]}, "unknown-participant"),
        (convened(), "hold-session", {"session": 1, "present": ALL, "reference": "x"}, "no-agreement"),
        (convened(), "miss-session", {"session": 1} | REASON, "session-not-yet"),
        (an_accepted_incident(), "confirm-agreement", CONFIRM, "unknown-session"),
    ],
)
def test_when_the_rules_say_no(incident, action, fields, reason):
    assert refused(incident, action, **fields)[0] == reason


def test_a_session_too_late_is_told_the_latest_time():
    found = refused(an_accepted_incident(), "call-session", **CALL | {"at": later(days=30)})

    assert found == ("session-too-late", midnight(9, 29).isoformat())


def test_a_suspended_matter_holds_the_session_it_had_called():
    incident, _ = done(convened(), "suspend", reason="reason/1:party-away", approver="o-9")

    assert held(incident).sessions[0].state == "held"


def test_sessions_still_to_be_held_are_cancelled_where_the_matter_leaves():
    incident = convened(held())

    after, [cancelled, _, whole] = done(incident, "escalate", FRIDAY, reason="reason/1:too-hard")

    assert (cancelled.type, cancelled.session, cancelled.reason) == (
        "mediation.cancelled.v1",
        2,
        "reason/1:handed-over",
    )
    assert [one.state for one in after.sessions] == ["held", "cancelled"]
    assert (after.timers, whole.convened) == ((), 2)
    assert [one.detail for one in whole.history[-2:]] == [
        "session:2 reason/1:handed-over", "town reason/1:too-hard person",
    ]  # fmt: skip


def test_the_next_owner_s_sessions_have_other_numbers():
    town, _ = arrive(None, handed_over(convened=1), a_centre("town"), NOW)
    accepted, _ = done(town, "accept")
    again, [called] = done(accepted, "call-session", **CALL)

    assert called.session == 2
    assert refused(again, "hold-session", session=1, present=ALL) == ("session-over", None)


def test_imported_history_is_bound_by_no_time():
    incident = an_accepted_incident(backfill=True, due_at=None, due_step=None, handle_by=None)

    after, [called] = done(incident, "call-session", **CALL | {"at": later(days=300)})

    assert (called.held_by, called.missed_at, after.timers) == (None, None, ())


def test_each_event_is_a_line_of_the_history_with_codes_and_opaque_names_only():
    incident, _ = done(convened(), "adjourn-session", session=1, at=later(days=7), **REASON)
    incident = held(incident)
    incident, _ = done(incident, "confirm-agreement", FRIDAY, **CONFIRM)
    incident = convened(incident, FRIDAY)
    incident, _ = done(incident, "miss-session", FRIDAY, session=2, **REASON)

    assert [(one.event, one.detail) for one in incident.history] == [
        ("mediation.called.v1", "session:1 620522101203 village-committee justice-office"),
        ("mediation.adjourned.v1", "session:1 reason/1:party-away"),
        ("mediation.held.v1", "session:1 4/4 agreement xyh-113"),
        ("mediation.confirmed.v1", "session:1 confirmed sfqr-88"),
        ("mediation.called.v1", "session:2 620522101203 village-committee justice-office"),
        ("mediation.missed.v1", "session:2 person reason/1:party-away"),
    ]


WORDS = [
    "unknown-session", "session-open", "session-over", "session-in-the-past", "session-too-late", "session-not-yet",
    "no-session-held", "no-agreement", "confirmed-already",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_no_can_be_said_in_both_languages(word):
    assert all(SENTENCES[word])
