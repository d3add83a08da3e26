"""Anybody can ask until when, and why, and is told day by day."""

from dataclasses import replace

import pytest

from services.routing.explained import NOT_RUNNING, explain
from services.routing.incident import Move
from tests.builders import NOW, a_resolved_incident, an_accepted_incident, an_incident, later, policies
from tests.services.routing.test_clocks import midnight


def in_town(**changes):
    return an_accepted_incident(tier="town", due_at=midnight(9, 23), **changes)


def test_it_tells_begin_span_days_off_and_end():
    told = explain(in_town(), policies())

    assert (told.step, told.span, told.policy, told.began_at) == (
        "handle",
        "7 working days",
        "default/2",
        NOW,
    )
    assert [(one.date.isoformat(), one.why) for one in told.not_counted] == [("2026-09-19", "weekend")]
    assert (told.due_at, told.provisional, told.why_not) == (midnight(9, 23), False, None)
    assert [one.zh for one in told.steps] == [
        "2026-09-14 09:25:00 起算，当日不计，期限 7 个工作日",
        "依据规则 default/2 clocks.town.ordinary.handle",
        "2026-09-19 不计：周末",
        "2026-09-20 计入：调休上班（国庆节）",
        "其余各日计入，2026-09-22 为第 7 个工作日",
        "应于 2026-09-22 24:00 前办理",
    ]
    assert told.rule == "default/2 clocks.town.ordinary.handle"
    assert [one.en for one in told.steps[1:-1]] == [
        "By the rule default/2 clocks.town.ordinary.handle",
        "2026-09-19 does not count: Weekend",
        "2026-09-20 counts: Make-up workday (National Day)",
        "All other days count; 2026-09-22 is working day 7",
    ]
    assert told.steps[-1].en == "To handle by 2026-09-22 24:00"


def test_it_tells_pauses_and_extensions_with_their_reasons():
    moves = (
        Move("suspended", later(days=3), "reason/1:awaiting-appraisal", "o-9"),
        Move("resumed", later(days=4)),
        Move("extended", later(days=4), "reason/1:complex", "o-9", "P3D"),
    )

    told = explain(in_town(moves=moves), policies())

    assert [(one.kind, one.reason, one.approver, one.span) for one in told.moves] == [
        ("suspended", "reason/1:awaiting-appraisal", "o-9", None),
        ("resumed", None, None, None),
        ("extended", "reason/1:complex", "o-9", "P3D"),
    ]
    assert ("2026-09-18", "suspended") in [(one.date.isoformat(), one.why) for one in told.not_counted]


def test_elapsed_time_has_no_days_off():
    told = explain(an_accepted_incident(), policies())

    assert (told.span, told.not_counted) == ("P1D", ())
    assert told.steps[0].en == "Runs since 2026-09-14 09:25:00, for P1D"


def test_it_says_that_a_deadline_may_still_move():
    from_2100 = later(days=74 * 365)

    told = explain(in_town(clock_from=from_2100, provisional=True), policies())

    assert told.provisional
    assert "可能调整" in told.steps[-1].zh


SUSPENDED = replace(in_town(moves=(Move("suspended", NOW),)), due_at=None, due_step=None, suspended_at=NOW)


@pytest.mark.parametrize(
    ("incident", "reason"),
    [
        (an_incident(backfill=True), "imported"),
        (SUSPENDED, "suspended"),
        (an_accepted_incident(due_at=None, due_step=None), "overdue"),
        (a_resolved_incident(), "nothing-to-do"),
        (an_incident(status="handed-over", owner="town"), "handed-over"),
        (an_accepted_incident(policy="gone/1"), "policy-not-known"),
    ],
)
def test_it_says_why_no_clock_runs(incident, reason):
    told = explain(incident, policies())

    assert told.why_not is not None
    assert (told.why_not.reason, told.why_not.zh, told.why_not.en) == (reason, *NOT_RUNNING[reason])
