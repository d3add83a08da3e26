"""Every time that is waited for is told step by step: from when, how long, by which rule, and which days count."""

import json
from datetime import date, timedelta

import pytest
from pydantic import TypeAdapter

from policy.spans import span_of
from schemas.actions import Resume, Suspend
from services.routing.explained import explain
from services.routing.guesses import until
from services.routing.incident import Incident
from tests.builders import NOW, OFFICER, a_policy, an_accepted_incident, later, policies
from tests.services.routing import joint, staffed
from tests.services.routing.guessed import NEW_YEAR_S_EVE, WAITS, convened, done, the_policies, waiting
from tests.services.routing.joint import GRID, POLICE, answered, minutes, whistled
from tests.services.routing.listed import LED
from tests.services.routing.sent_out import REFER
from tests.services.routing.staffed import a_staffed_centre, opened

BOOKS = TypeAdapter(Incident)
every_wait = pytest.mark.parametrize("name", WAITS)


def told(incident, step, known=None):
    """What is said of one of the times that are waited for."""
    found = explain(incident, known or the_policies())
    return next(one for one in (*found.waits, found.awaiting) if one and one.step == step.partition(" ")[0])


def zh(one):
    return [said.zh for said in one.steps]


@every_wait
@pytest.mark.parametrize("now", [NOW, NEW_YEAR_S_EVE], ids=["in a known year", "into an unknown year"])
def test_what_is_told_of_a_time_comes_to_that_time(name, now):
    incident, timer = waiting(name, now)
    _, spans, rule = WAITS[name]

    one = told(incident, name)

    [policy] = the_policies().values()
    assert (one.span, one.rule) == (" + ".join(spans), f"default/2 {rule}")
    assert until(one.began_at, policy.where, None, *map(span_of, spans)).at == timer.due_at
    assert (one.steps[-1].zh, one.steps[-1].en) == (one.zh, one.en)
    assert all(said.zh and said.en for said in one.steps)
    assert f"依据规则 {one.rule}" in zh(one)


@pytest.mark.parametrize("name", [one for one in WAITS if one != "alarm"])  # it never was stored without
def test_what_was_stored_before_its_beginning_was_kept_is_told_without_it(name):
    incident, timer = waiting(name)
    stored = json.loads(BOOKS.dump_json(incident))

    def older(value):
        if isinstance(value, dict):
            return {key: older(part) for key, part in value.items() if key not in {"since", "asked_again"}}
        return [older(part) for part in value] if isinstance(value, list) else value

    one = told(BOOKS.validate_python(older(stored)), name)

    assert (one.due_at, one.began_at, one.not_counted) == (timer.due_at, None, ())
    assert any("起算时间当时未留存" in said for said in zh(one))


def test_a_referral_s_answer_is_gone_through_day_by_day():
    incident, _ = waiting("referral.answer")

    one = told(incident, "referral.answer")

    assert zh(one) == [
        "2026-09-14 09:25:00 起算，当日不计，期限 5 个工作日",
        "依据规则 default/2 referrals.out",
        "2026-09-19 不计：周末",
        "2026-09-20 计入：调休上班（国庆节）",
        "其余各日计入，2026-09-20 为第 5 个工作日",
        "等待 court-620522 受理或退回，期限 2026-09-20 24:00",
    ]
    assert [said.en for said in one.steps] == [
        "Runs since 2026-09-14 09:25:00; that day does not count; 5 working days",
        "By the rule default/2 referrals.out",
        "2026-09-19 does not count: Weekend",
        "2026-09-20 counts: Make-up workday (National Day)",
        "All other days count; 2026-09-20 is working day 5",
        "court-620522 is to accept or return it, until 2026-09-20 24:00",
    ]
    assert [(day.date.isoformat(), day.why) for day in one.not_counted] == [("2026-09-19", "weekend")]


def test_what_is_asked_for_again_is_counted_from_then_by_the_reminder():
    incident, _ = waiting("referral.answer again", later(days=7))

    one = told(incident, "referral.answer")

    assert (one.began_at, one.span) == (later(days=7), "3 working days")


def test_a_year_whose_holidays_are_not_known_is_said_once_and_the_end_may_move():
    incident, _ = waiting("referral.result", NEW_YEAR_S_EVE)

    one = told(incident, "referral.result")

    assert sum("尚未公布" in said for said in zh(one)) == 1
    assert zh(one)[2] == "2027-01-01 起：当年节假日安排尚未公布，暂按工作日计"
    assert zh(one)[-1].endswith("（节假日安排公布后可能调整）")


def test_a_step_of_a_whistle_is_counted_from_the_whistle_or_from_the_step_before():
    late_ack, _ = answered(whistled(GRID, POLICE), "acknowledge", minutes(0.5), who="p2")
    there, _ = answered(late_ack, "arrive", minutes(2), who="p2")

    first, arrive = told(there, "whistle:1:p1:acknowledge"), told(late_ack, "whistle:1:p2:arrive")
    support = told(there, "whistle:1:p2:support")

    assert [(one.began_at, one.span) for one in (first, arrive, support)] == [
        (NOW, "PT1M"), (NOW, "PT3M"), (minutes(2), "PT30M"),
    ]  # fmt: skip
    assert support.rule == "default/2 whistle.rings.3-minutes.support"
    assert zh(first) == [
        "2026-09-14 09:25:00 起算，期限 PT1M",
        "依据规则 default/2 whistle.rings.1-minute.acknowledge",
        "吹哨 1：grid-staff（p1）应于 2026-09-14 09:26:00 前响应",
    ]


def test_whose_silence_is_recorded_is_told_from_the_whistle_through_the_grace():
    incident, _ = waiting("whistle:1:p1:unresponsive")

    said = zh(told(incident, "whistle:1:p1:unresponsive"))

    assert said[0] == "2026-09-14 09:25:00 起算，期限 PT6H"
    assert said[2:4] == ["再加 2 working days", "其余各日计入，2026-09-16 为第 2 个工作日"]


def test_of_a_session_it_is_told_how_late_it_may_be_set_for_and_when_it_counts_as_missed():
    one = told(convened(NOW), "session:1:missed")

    assert one.began_at == later(days=1)
    said = zh(one)
    assert said[:2] == [
        "2026-09-14 09:25:00 起算，当日不计，期限 10 个工作日",
        "依据规则 default/2 mediation.hold_within",
    ]
    assert "2026-09-25 不计：法定节假日（中秋节）" in said
    assert said[-4:] == [
        "2026-09-15 09:25:00 起算，当日不计，期限 3 个工作日",
        "依据规则 default/2 mediation.grace",
        "其余各日计入，2026-09-18 为第 3 个工作日",
        one.zh,
    ]
    assert sum(line.startswith("会期最迟可定于 ") for line in said) == 1


def test_a_session_that_was_set_for_another_time_is_counted_from_when_that_was_done():
    moved, _ = joint.done(
        convened(NOW),
        "adjourn-session",
        later(hours=3),
        session=1,
        at=later(days=2),
        reason="reason/1:party-away",
    )

    one = told(moved, "session:1:missed")

    assert zh(one)[0].startswith("2026-09-14 12:25:00 起算")
    assert one.began_at == later(days=2)


def test_a_reminder_by_hand_leaves_the_rhythm_and_what_is_told_of_it():
    listed, _ = waiting("remind")
    reminded, _ = joint.done(listed, "remind", later(days=1))

    assert told(reminded, "remind") == told(listed, "remind")
    assert told(listed, "remind").began_at == NOW


def test_the_rhythm_goes_by_the_severity_it_was_counted_with():
    listed, _ = waiting("remind")
    graver = listed.changed(severity="severity/1:major")

    assert told(graver, "remind").rule == "default/2 supervision.remind.ordinary"


def test_a_time_that_no_rule_comes_to_is_told_without_one():
    listing = LED["listing"].model_copy(update={"since": NOW, "remind_at": later(hours=5)})
    incident = an_accepted_incident(leader="l-7", listing=listing)

    one = told(incident, "remind")

    assert (one.began_at, one.span, one.rule) == (None, None, None)
    assert zh(one) == [one.zh]


def test_the_time_to_answer_is_told_with_how_long_it_stood_still():
    centre = a_staffed_centre()
    asked, _ = opened(centre)
    pause = Suspend(reason="reason/1:party-away", approver="o-9")
    still, _ = staffed.done(asked, pause, centre, OFFICER.ref, minutes(10))
    runs, _ = staffed.done(still, Resume(), centre, OFFICER.ref, minutes(100))

    before, after = (told(one, "answer", centre.policies) for one in (asked, runs))

    assert zh(before) == [
        "2026-09-14 09:25:00 起算，期限 PT30M",
        "依据规则 default/2 assignment.answer",
        "指派：g-1 应于 2026-09-14 09:55:00 前认领或拒接",
    ]
    assert (after.due_at - before.due_at, after.began_at) == (timedelta(minutes=90), before.began_at)
    assert zh(after)[2] == "其间暂停 1:30:00"
    assert after.steps[2].en == "It stood still for 1:30:00 meanwhile"


def test_what_began_before_its_beginning_was_kept_is_told_back_from_its_end_where_time_only_passes():
    centre = a_staffed_centre()
    asked, _ = opened(centre)
    stored = json.loads(BOOKS.dump_json(asked))
    del stored["assignment"]["since"]

    one = told(BOOKS.validate_python(stored), "answer", centre.policies)

    assert one.began_at == NOW


def test_imported_history_waits_for_a_body_without_a_time():
    incident = done(REFER, NOW, an_accepted_incident(backfill=True, due_at=None, due_step=None))

    one = told(incident, "referral.answer")

    assert (one.due_at, one.began_at, zh(one)) == (None, None, [one.zh])


def test_a_clock_with_days_of_the_locality_says_why_they_count_or_do_not():
    local = a_policy(calendar={"closed": [date(2026, 9, 16)], "open": [date(2026, 9, 19)]})
    incident = an_accepted_incident(tier="town")

    one = explain(incident, policies(local))

    said = zh(one)
    assert "2026-09-16 不计：本地放假" in said
    assert "2026-09-19 计入：本地上班" in said
