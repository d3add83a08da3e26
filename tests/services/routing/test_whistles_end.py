"""How a whistle ends: when nobody is waited for, or called off; and what waits for that."""

import pytest

from tests.services.routing.acting import types
from tests.services.routing.joint import (
    CALL_OFF,
    EXCUSE,
    GRID,
    POLICE,
    RESOLVE,
    STEPS,
    answered,
    done,
    minutes,
    refused,
    standings,
    through,
    whistled,
)


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
