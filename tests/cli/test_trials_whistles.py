"""Recorded whistles and sessions under a draft: who would be called, until when, who would have been late."""

from datetime import timedelta

import pytest

from schemas.mediation import CallSession, HoldSession
from schemas.whistle_actions import Acknowledge, Call, Excuse, ReportResult, Support, Whistle
from tests.builders import NOW, a_policy, later
from tests.cli.trials import ACCEPTED, alarming, found, recorded, resolved_at, tried

PROMINENT = "severity/1:prominent"
BLOWN = later(hours=2)


def after(**duration):
    return BLOWN + timedelta(**duration)


def answered(name, *, acknowledged):
    """A participant of the slow ring who does everything, the first step after so long."""
    who = {"whistle": 1, "participant": name}
    return (
        (BLOWN + acknowledged, Acknowledge(**who)),
        (BLOWN + acknowledged + timedelta(hours=1), Support(**who, support="support/1:on-site-handling")),
        (BLOWN + acknowledged + timedelta(hours=2), ReportResult(**who, outcome="outcome/1:success")),
    )


def whistled(acknowledged=timedelta(hours=1), *, named=False):
    """Two are called in the slow ring: by the rule for prominent matters, or by name; the second stays silent."""
    calls = (Call(role="officer"), Call(role="justice-office")) if named else ()
    blown = (BLOWN, Whistle(participants=calls))
    return recorded(ACCEPTED, blown, *answered("p1", acknowledged=acknowledged), severity=PROMINENT)


def whistles(*calls, slow=None):
    """The default policy with other callees, and other times of the slow ring."""
    given = a_policy().model_dump(mode="json")["whistle"]
    given["rings"]["slow"] |= slow or {}
    return alarming(whistle=given | ({"calls": list(calls)} if calls else {}))


@pytest.mark.parametrize("named", [False, True], ids=["by rule", "by name"])
def test_under_its_own_rules_a_whistle_is_as_it_was_recorded(named):
    tally = tried(whistled(named=named), alarming(version="draft/1"))

    assert (tally.same, tally.parts) == (1, {})


def test_whom_a_draft_calls_is_told_by_role_and_ring():
    draft = whistles({"severities": ["prominent"], "roles": {"slow": ["officer"], "5-minutes": ["police"]}})

    how = found(tried(whistled(), draft))["called to a whistle"][0]

    before, _, now = how.partition(" → ")
    assert "(slow)" in before
    assert "(5-minutes)" in now
    assert "(5-minutes)" not in before


def test_a_draft_that_calls_nobody_refuses_the_whistle():
    draft = whistles({"severities": ["major"], "roles": {"slow": ["officer"]}})

    [refused] = found(tried(whistled(), draft))["no longer allowed"]

    assert refused.startswith("吹哨 Whistle blown: ")


def test_whom_a_person_named_is_called_by_any_policy():
    draft = whistles({"severities": ["major"], "roles": {"slow": ["officer"]}})

    assert tried(whistled(named=True), draft).same == 1


def test_a_whistle_about_imported_history_has_no_times_to_differ():
    record = recorded(ACCEPTED, (BLOWN, Whistle()), severity=PROMINENT, backfill=True)

    assert tried(record, whistles(slow={"acknowledge": "PT30M"})).same == 1


def test_a_shorter_time_to_acknowledge_would_have_been_missed():
    differences = found(tried(whistled(), whistles(slow={"acknowledge": "PT30M"})))

    assert len(differences["whistle: to acknowledge: earlier"]) == 1
    assert differences["would be late at a whistle"][0].endswith("吹哨响应期限 whistle: to acknowledge")


def test_a_longer_time_to_acknowledge_would_have_been_kept():
    late = whistled(acknowledged=timedelta(hours=8))

    differences = found(tried(late, whistles(slow={"acknowledge": "PT10H"})))

    assert "whistle: to acknowledge: later" in differences
    assert "would not be late at a whistle" in differences


def test_what_follows_a_step_is_counted_from_when_that_was_done():
    differences = found(tried(whistled(), whistles(slow={"support": "PT30M"})))

    was, _, now = differences["whistle: to support: earlier"][0].partition(": ")[2].partition(" → ")
    assert now == f"{after(hours=1, minutes=30).astimezone():%Y-%m-%d %H:%M}"
    assert was > now
    assert differences["would be late at a whistle"][0].endswith("whistle: to support")


def test_who_was_recorded_as_silent_would_have_been_waited_for_longer():
    differences = found(tried(whistled(), whistles(slow={"grace": "P3D"})))

    assert set(differences) == {"would be waited for longer"}


def test_who_answered_late_would_have_been_given_up_on():
    late = whistled(acknowledged=timedelta(hours=8))

    differences = found(tried(late, whistles(slow={"grace": "PT1H"})))

    assert "would be recorded as unresponsive" in differences


def test_a_reason_to_stay_away_that_the_draft_does_not_know_is_named():
    who = {"whistle": 1, "participant": "p2", "approver": "o-9"}
    excused = (after(hours=1), Excuse(**who, reason="reason/1:force-majeure"))
    blown = (BLOWN, Whistle(participants=(Call(role="officer", ref="o-2"), Call(role="police", ref="o-3"))))
    given = a_policy().model_dump(mode="json")["whistle"] | {"excuse": ["engaged-elsewhere"]}

    tally = tried(recorded(ACCEPTED, blown, excused), alarming(whistle=given))

    assert found(tally)["no longer allowed"] == [
        "准予缺席 Excused: 事由不在规定之列 The policy does not know this reason for it"
    ]


def test_a_whistle_that_its_own_policy_would_not_have_blown_so_is_left_out_and_counted():
    record, other = whistled(), whistles({"severities": ["prominent"], "roles": {"slow": ["police"]}})

    tally = tried(record, whistles(slow={"acknowledge": "PT30M"}), own=other)

    assert (tally.parts, tally.same) == ({"whistles": 1}, 1)


SET = later(hours=3)
SESSION = (SET, CallSession(at=SET + timedelta(days=3), place="hall", bodies=({"role": "justice-office"},)))


def held(at, *, agreement=False):
    return at, HoldSession(session=1, present=("b1", "p1", "p2"), agreement=agreement)


def test_under_its_own_rules_a_session_is_as_it_was_recorded():
    record = recorded(ACCEPTED, SESSION, held(SET + timedelta(days=3, hours=2)))

    assert tried(record, alarming(version="draft/1")).same == 1


def sessions(**changes):
    return alarming(mediation=a_policy().mediation.model_dump(mode="json") | changes)


def test_a_session_set_for_later_than_the_draft_allows_is_named():
    record = recorded(ACCEPTED, SESSION, held(SET + timedelta(days=3, hours=2)))

    differences = found(tried(record, sessions(hold_within="P2D")))

    assert "the latest day of a session: earlier" in differences
    assert differences["no longer allowed"][0].endswith("The policy wants it held earlier")


def test_a_session_reported_on_after_a_shorter_grace_would_have_been_missed():
    record = recorded(ACCEPTED, SESSION, held(SET + timedelta(days=3, hours=2)))

    differences = found(tried(record, sessions(grace="PT1H")))

    assert "a session counts as missed: earlier" in differences
    assert "a session would be recorded as missed" in differences


def test_a_session_the_clock_recorded_as_missed_would_have_been_waited_for():
    record = recorded(ACCEPTED, SESSION)

    differences = found(tried(record, sessions(grace="P4D")))

    assert "a session would be waited for longer" in differences


def test_what_the_clock_recorded_as_missed_would_be_missed_after_a_shorter_grace_too():
    differences = found(tried(recorded(ACCEPTED, SESSION), sessions(grace="PT1H")))

    assert set(differences) == {"a session counts as missed: earlier"}


@pytest.mark.parametrize(
    ("session", "refused"),
    [
        ((), "No session of joint mediation was held"),
        ((SESSION, held(SET + timedelta(days=3))), "agreement"),
        ((SESSION, held(SET + timedelta(days=3), agreement=True)), None),
    ],
    ids=["no session", "no agreement", "agreement"],
)
def test_a_joint_resolution_needs_what_the_draft_asks_of_it(session, refused):
    record = recorded(ACCEPTED, *session, resolved_at(NOW + timedelta(days=5), "joint"))

    differences = found(tried(record, sessions(agreement_required=True)))

    said = differences.get("no longer allowed", [])
    assert [refused in one for one in said] == ([True] if refused else [])
