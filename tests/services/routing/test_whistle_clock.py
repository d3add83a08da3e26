"""The clock of a whistle: each step of each participant has its own time, and silence is recorded."""

import pytest

from services.routing.incident import Timer
from services.routing.life import arrive, late
from tests.builders import (
    NOW,
    a_centre,
    a_policy,
    an_accepted_incident,
    handed_over,
    later,
)
from tests.services.routing.acting import types
from tests.services.routing.joint import (
    GRID,
    JUSTICE,
    POLICE,
    answered,
    done,
    minutes,
    refused,
    run_on,
    standings,
    through,
    whistled,
)


def test_every_time_is_a_timer_with_a_name():
    incident = whistled(GRID, POLICE)

    assert sorted(incident.timers) == sorted(
        [
            Timer(later(days=1), "handle"),
            Timer(minutes(1), "whistle:1:p1:acknowledge"),
            Timer(minutes(1), "whistle:1:p1:arrive"),
            Timer(minutes(2), "whistle:1:p1:unresponsive"),
            Timer(minutes(1), "whistle:1:p2:acknowledge"),
            Timer(minutes(3), "whistle:1:p2:arrive"),
            Timer(minutes(3), "whistle:1:p2:unresponsive"),
        ]
    )
    assert incident.next_due == Timer(minutes(1), "whistle:1:p1:acknowledge")


def test_a_step_that_is_done_has_no_timer_and_the_next_one_has():
    incident, _ = answered(whistled(POLICE), "acknowledge", minutes(0.5))
    arrived, _ = answered(incident, "arrive", minutes(2))

    assert {one.step for one in incident.timers} == {"handle", "whistle:1:p1:arrive"}
    assert incident.next_due == Timer(minutes(3), "whistle:1:p1:arrive")
    assert arrived.next_due == Timer(minutes(32), "whistle:1:p1:support")


def test_a_missed_step_is_said_once_and_may_still_be_done():
    incident, _ = answered(whistled(POLICE), "acknowledge", minutes(0.5))

    after, [overdue] = run_on(incident, minutes(4))
    arrived, [said] = answered(after, "arrive", minutes(4))

    assert (overdue.type, overdue.step, overdue.participant) == ("whistle.overdue.v1", "arrive", "p1")
    assert (overdue.due_at, overdue.occurred_at) == (minutes(3), minutes(3))
    assert overdue.rule.split()[1] == "whistle.rings.3-minutes.arrive"
    assert (said.in_time, standings(arrived)["p1"]) == (False, "arrived")


def test_silence_beyond_the_grace_is_recorded_and_blocks_no_more():
    after, said = run_on(whistled(GRID), minutes(2))

    assert types(said) == [
        "whistle.overdue.v1", "whistle.overdue.v1", "whistle.unresponsive.v1", "whistle.ended.v1",
    ]  # fmt: skip
    assert (said[2].due_at, said[2].occurred_at, said[2].role) == (minutes(1), minutes(2), "grid-staff")
    assert said[2].rule.split()[1] == "whistle.rings.1-minute.grace"
    assert (said[3].actor.role, standings(after)) == ("system", {"p1": "unresponsive"})
    assert (
        done(after, "resolve", method="method/1:service", outcome="outcome/1:success")[0].status == "resolved"
    )


def test_one_who_is_silent_leaves_the_others_to_be_waited_for():
    incident, _ = answered(whistled(GRID, POLICE), "acknowledge", minutes(0.5), who="p2")

    after, said = run_on(incident, minutes(2))

    assert types(said)[-1] == "whistle.unresponsive.v1"
    assert after.whistles[0].open
    assert standings(after) == {"p1": "unresponsive", "p2": "acknowledged"}
    assert refused(after, "acknowledge", minutes(3), whistle=1, participant="p1") == (
        "participant-done",
        "unresponsive",
    )


def test_after_an_outage_everything_is_recorded_in_due_order_with_its_own_time():
    incident = whistled(GRID, POLICE, JUSTICE)
    incident, _ = answered(incident, "acknowledge", minutes(0.5), who="p2")

    after, said = run_on(incident, later(days=9))

    mine = [one for one in said if one.type.startswith("whistle.")]
    assert [(one.type.split(".")[1], getattr(one, "participant", None), one.occurred_at) for one in mine[:4]] == [
        ("overdue", "p1", minutes(1)), ("overdue", "p1", minutes(1)), ("unresponsive", "p1", minutes(2)),
        ("overdue", "p2", minutes(3)),
    ]  # fmt: skip
    assert [one.occurred_at for one in mine] == sorted(one.occurred_at for one in mine)
    assert after.timers == ()


def test_a_missed_handling_deadline_and_a_whistle_s_take_turns():
    incident = whistled(POLICE, now=later(hours=23, minutes=58))

    _, said = run_on(incident, later(days=2))

    assert types(said) == [
        "whistle.overdue.v1",  # acknowledge, a minute before the day is over
        "incident.overdue.v1", "whistle.called-off.v1", "incident.escalated.v1", "incident.handed-over.v1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "passed", [Timer(minutes(1), "whistle:1:p1:arrive"), Timer(minutes(2), "whistle:1:p1:acknowledge")]
)
def test_what_was_met_meanwhile_does_nothing(passed):
    incident = through(whistled(POLICE), 1)

    assert late(incident, passed, a_centre(), minutes(5)) == (incident, [])


def test_whoever_is_excused_or_called_off_has_no_timer():
    excused, _ = answered(whistled(POLICE, GRID), "excuse", reason="reason/1:force-majeure", approver="o-9")
    called_off, _ = done(excused, "call-off", whistle=1, reason="reason/1:no-longer-needed")

    assert {one.step.split(":")[2] for one in excused.timers if one.step != "handle"} == {"p2"}
    assert [one.step for one in called_off.timers] == ["handle"]


def test_a_suspension_of_the_matter_stops_no_whistle():
    incident, _ = done(whistled(POLICE), "suspend", reason="reason/1:party-away", approver="o-9")

    after, said = run_on(incident, minutes(3))

    assert types(said)[-2:] == ["whistle.unresponsive.v1", "whistle.ended.v1"]
    assert after.suspended_at == NOW


def test_a_whistle_ends_where_the_matter_leaves_and_that_is_in_its_history():
    incident = through(whistled(POLICE, GRID), 1)

    after, [called_off, escalated, whole] = done(incident, "escalate", reason="reason/1:too-hard")

    assert types([called_off, escalated]) == ["whistle.called-off.v1", "incident.escalated.v1"]
    assert (called_off.reason, called_off.actor.role) == ("reason/1:handed-over", "system")
    assert [one.standing for one in called_off.unfinished] == ["acknowledged", "called"]
    assert (after.timers, whole.whistled) == ((), 1)
    assert [(one.event, one.detail) for one in whole.history[-2:]] == [
        ("whistle.called-off.v1", "whistle:1 reason/1:handed-over p1:acknowledged p2:called"),
        ("incident.escalated.v1", "town reason/1:too-hard person"),
    ]


def test_the_next_owner_s_whistles_have_other_numbers_so_that_nobody_answers_the_wrong_one():
    town, _ = arrive(None, handed_over(whistled=2), a_centre("town"), NOW)
    blown = whistled(POLICE, incident=town)

    assert [one.number for one in blown.whistles] == [3]
    assert refused(blown, "acknowledge", whistle=2, participant="p1") == ("whistle-over", None)
    assert refused(blown, "acknowledge", whistle=4, participant="p1") == ("unknown-whistle", None)


def test_when_the_matter_comes_back_what_was_blown_here_is_still_known():
    away, _ = done(whistled(POLICE), "escalate", reason="reason/1:too-hard")
    given = handed_over(to_tier="village", from_tier="town", path=(), whistled=3)

    back, _ = arrive(away, given, a_centre(), NOW)

    assert [(one.number, one.called_off) for one in back.whistles] == [(1, "reason/1:handed-over")]
    assert [one.number for one in whistled(POLICE, incident=back).whistles] == [1, 4]


def test_a_policy_s_own_ring_is_as_good_as_any():
    rules = a_policy().whistle.model_dump()
    rings = rules["rings"] | {"2-hours": {"acknowledge": "PT30M", "result": "PT2H", "grace": "PT1H"}}
    centre = a_centre("village", a_policy(whistle=rules | {"rings": rings, "usual": "2-hours"}))
    incident, _ = done(
        an_accepted_incident(), "whistle", centre=centre, participants=[{"role": "water-works"}]
    )

    acknowledged, _ = done(incident, "acknowledge", minutes(10), centre=centre, whistle=1, participant="p1")

    assert incident.next_due == Timer(minutes(30), "whistle:1:p1:acknowledge")
    assert acknowledged.next_due == Timer(minutes(130), "whistle:1:p1:result")
