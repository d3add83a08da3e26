"""响应—支援: what a participant of a whistle may do where it stands, in which order, and until when."""

from dataclasses import replace

import pytest

from schemas.base import Actor
from tests.builders import NOW, OFFICER, a_centre, a_policy, an_accepted_incident, later
from tests.services.routing.joint import (
    EXCUSE,
    GRID,
    JUSTICE,
    POLICE,
    STEPS,
    answered,
    done,
    minutes,
    refused,
    standings,
    through,
    whistled,
)
from tests.services.routing.test_clocks import midnight

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
        (POLICE, OFFICER, {"approver": "c-33/7"}, "approver-is-participant"),
        (BY_ROLE, OFFICER, {"approver": OFFICER.ref}, "approver-is-participant"),
        (BY_ROLE, NAMELESS, {}, "approver-is-participant"),
        (POLICE, OFFICER, {"approver": NAMELESS.ref}, "approver-is-participant"),
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
