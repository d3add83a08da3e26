"""Lines of a history that travels to and fro between tiers: each is known once, whoever tells it again."""

import pytest

from schemas.actions import Accept, Assign, Escalate, Extend, Resolve, Return, Suspend
from schemas.routing import Entry
from services.routing.handling import Request
from services.routing.history import NONE, counted, news
from services.routing.incident import Timer
from services.routing.life import act, arrive, late
from tests.builders import (
    NOW,
    OFFICER,
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


def line(tier, event="incident.opened.v1"):
    return Entry(event=event, tier=tier, occurred_at=NOW, recorded_at=NOW, actor=OFFICER)


def test_lines_are_counted_by_the_tier_that_wrote_them():
    assert counted(NONE, [line("village"), line("county"), line("village")]) == (2, 0, 1)


def test_what_a_tier_knows_already_is_no_news_wherever_it_stands():
    told = [line("village"), line("town"), line("village", "incident.closed.v1"), line("town")]

    assert news((1, 1, 0), told) == (told[2], told[3])


def test_a_tier_that_wrote_more_after_handing_over_keeps_it_and_learns_the_rest():
    told = [line("village"), line("town"), line("town")]

    assert news((3, 0, 0), told) == (told[1], told[2])


def test_an_incident_that_comes_back_brings_only_what_happened_elsewhere():
    away = an_incident(status="handed-over", owner="town", history=(), lines=(2, 0, 0))
    history = (line("village"), line("village"), line("town"), line("town"))

    after, _ = arrive(
        away, handed_over(to_tier="village", from_tier="town", history=history), a_centre(), NOW
    )

    assert [one.tier for one in after.history] == ["town", "town", "village"]
    assert after.lines == (3, 2, 0)


def test_what_was_not_yet_written_when_it_left_is_kept_when_it_comes_back():
    away = an_incident(
        status="handed-over", owner="town", history=(line("village", "unwritten"),), lines=(2, 0, 0)
    )
    history = (line("village"), line("village", "unwritten"), line("town"))

    after, _ = arrive(
        away, handed_over(to_tier="village", from_tier="town", history=history), a_centre(), NOW
    )

    assert [one.event for one in after.history][:2] == ["unwritten", "incident.opened.v1"]
    assert after.lines == (3, 1, 0)


def rules(events):
    return [getattr(one, "rule", None) for one in events]


def asked(incident, action, centre=None):
    _, events = act(incident, Request(action, OFFICER, NOW), centre or a_centre(incident.tier), NOW)
    return rules(events)[0]


MAJOR = {"severity": "severity/1:major"}
REASON = "reason/1:too-hard"
RUNNING = an_accepted_incident(due_at=later(days=1))


@pytest.mark.parametrize(
    ("incident", "action", "rule"),
    [
        (an_incident(), Accept(), "default/2 clocks.village.ordinary.handle"),
        (an_incident(backfill=True), Accept(), None),
        (an_incident(severity="severity/1:ours"), Accept(), "default/2 clocks.village.ordinary.handle"),
        (an_incident(), Assign(assignee="o-7"), None),
        (an_incident(), Escalate(reason=REASON), None),
        (an_incident(**MAJOR), Escalate(reason=REASON, to_tier="county"), "default/2 skips.0"),
        (an_incident(tier="town", path=("village",)), Return(reason=REASON), None),
        (RUNNING, Suspend(reason="reason/1:party-away", approver="o-9"), "default/2 pauses.suspend"),
        (
            RUNNING,
            Extend(reason="reason/1:complex", approver="o-9", span="P1D"),
            "default/2 pauses.extend",
        ),
        (
            RUNNING,
            Resolve(method="method/1:joint", outcome="outcome/1:success"),
            "default/2 clocks.village.ordinary.handle",
        ),
        (
            an_accepted_incident(target_at=later(days=2)),
            Resolve(method="method/1:joint", outcome="outcome/1:success"),
            None,
        ),
    ],
    ids=str,
)
def test_an_action_names_the_rule_it_happened_under_and_a_free_decision_none(incident, action, rule):
    assert asked(incident, action) == rule


@pytest.mark.parametrize(("step", "severity"), [("accept", "ordinary"), ("handle", "major")])
def test_a_missed_deadline_names_its_clock_and_the_rule_that_raises_it(step, severity):
    incident = an_incident(due_step=step, due_at=NOW, severity=f"severity/1:{severity}")

    _, events = late(incident, Timer(NOW, step), a_centre(), NOW)

    assert rules(events[:2]) == [f"default/2 clocks.village.{severity}.{step}", f"default/2 missed.{step}"]


def test_a_clock_that_runs_is_named_by_the_severity_it_began_with():
    incident = an_incident(**MAJOR, due_step="accept", due_at=NOW, clock_severity="severity/1:ordinary")

    _, [overdue, *_] = late(incident, Timer(NOW, "accept"), a_centre(), NOW)

    assert overdue.rule.endswith(" clocks.village.ordinary.accept")


def test_where_an_incident_begins_is_told_with_the_rule_for_its_severity():
    _, [opened] = arrive(None, reported(), a_centre(), NOW)
    _, [raised, _] = arrive(None, reported(**MAJOR), a_centre(), NOW)
    _, [taken] = arrive(None, handed_over(), a_centre("town"), NOW)

    assert opened.rule == "default/2 first_tier.ordinary"
    assert raised.rule == "default/2 first_tier.major"
    assert taken.rule == "default/2 clocks.town.ordinary.accept"


def test_what_a_revisit_does_is_told_with_its_rule():
    _, [closed] = arrive(a_resolved_incident(), a_completed_revisit(), a_centre(), NOW)
    _, [reopened] = arrive(a_resolved_incident(), a_completed_revisit(outcome="relapse"), a_centre(), NOW)

    assert closed.rule == "default/2 revisit"
    assert reopened.rule == "default/2 revisit.reopen_on"


def test_the_rule_is_of_the_version_the_incident_keeps_and_stands_in_its_history():
    centre = a_centre("village", a_policy(version="default/2"), a_policy())

    after, _ = act(an_incident(), Request(Accept(), OFFICER, NOW), centre, NOW)

    assert after.history[-1].rule == "default/2 clocks.village.ordinary.handle"
