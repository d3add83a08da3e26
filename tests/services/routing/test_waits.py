"""Anybody can ask until when others are waited for, and is told in both languages."""

from datetime import timedelta

from services.routing.explained import explain
from tests.builders import an_accepted_incident, later, policies
from tests.services.routing.joint import GRID, POLICE, answered, done, minutes, through, whistled
from tests.services.routing.staffed import a_staffed_centre, opened


def told(incident):
    return explain(incident, policies()).waits


def test_every_participant_s_time_is_told_the_next_one_first():
    incident, _ = answered(whistled(GRID, POLICE), "acknowledge", minutes(0.5), who="p2")

    waits = told(incident)

    assert [(one.step, one.due_at) for one in waits] == [
        ("whistle:1:p1:acknowledge", minutes(1)), ("whistle:1:p1:arrive", minutes(1)),
        ("whistle:1:p1:unresponsive", minutes(2)), ("whistle:1:p2:arrive", minutes(3)),
    ]  # fmt: skip
    assert waits[0].zh == "吹哨 1：grid-staff（p1）应于 2026-09-14 09:26:00 前响应"
    assert (
        waits[2].en
        == "Whistle 1: grid-staff (p1) is recorded as unresponsive, if still silent, at 2026-09-14 09:27:00"
    )
    assert waits[3].en == "Whistle 1: police (p2) is to arrive by 2026-09-14 09:28:00"


def test_a_session_s_time_is_told_with_what_happens_after_it():
    call = {"at": later(days=4), "place": "620522", "bodies": [{"role": "court"}]}
    incident, _ = done(an_accepted_incident(), "call-session", **call)

    [wait] = told(incident)

    assert (wait.step, wait.due_at) == ("session:1:missed", later(days=4) + timedelta(days=1))
    assert wait.zh == "联合调解 1：定于 2026-09-18 09:25:00 召开，至 2026-09-19 09:25:00 仍无结果，记为未召开"


def test_who_is_asked_to_take_it_on_is_told_until_when():
    centre = a_staffed_centre()
    incident, _ = opened(centre)

    [wait] = explain(incident, centre.policies).waits

    assert (wait.step, wait.due_at) == ("answer", later(minutes=30))
    assert wait.zh == "指派：g-1 应于 2026-09-14 09:55:00 前认领或拒接"
    assert wait.en == "Assigned: g-1 is to take it on or decline by 2026-09-14 09:55:00"


def test_nobody_is_waited_for_when_all_is_said():
    assert told(through(whistled(POLICE), 4)) == told(an_accepted_incident()) == ()


def test_without_its_policy_nothing_is_told():
    assert explain(whistled(POLICE), {}).waits == ()
