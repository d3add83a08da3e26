"""What whistles and sessions add to the figures: by ring, under the day of the whistle, adding up to those called."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.mediation import (
    AgreementConfirmed,
    SessionAdjourned,
    SessionCalled,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
)
from schemas.whistles import (
    CalledParticipant,
    StandingParticipant,
    WhistleAcknowledged,
    WhistleArrived,
    WhistleBlown,
    WhistleCalledOff,
    WhistleEnded,
    WhistleExcused,
    WhistleOverdue,
    WhistleReported,
    WhistleSupported,
    WhistleUnresponsive,
)
from services.metrics.facts import LISTENS_TO, increments
from services.metrics.figures import distribution
from services.metrics.measures import COUNTS
from services.metrics.sketches import bucket_of
from tests.builders import MATTER, NOW, OFFICER, later
from tests.services.metrics.counted import figures
from tests.services.metrics.shown import PRODUCTS, RATES, rates

ZONE = ZoneInfo("Asia/Shanghai")
EVENT = MATTER | {"occurred_at": NOW, "actor": OFFICER}
WHO = EVENT | {"whistle": 1, "participant": "p1", "role": "police", "ring": "3-minutes", "blown_at": NOW}
SESSION = EVENT | {"session": 1, "attempt": 1, "at": NOW}


def called(*rings):
    return tuple(
        CalledParticipant(participant=f"p{at}", role="police", ring=ring, steps=())
        for at, ring in enumerate(rings, 1)
    )


def left(*rings):
    return tuple(
        StandingParticipant(participant=f"p{at}", role="police", ring=ring, standing="called")
        for at, ring in enumerate(rings, 1)
    )


EVENTS = [
    (
        WhistleBlown(**EVENT, whistle=1, participants=called("1-minute", "slow", "slow")),
        {"whistles": 1, "whistles.unnoted": 1, "whistle.1-minute.called": 1, "whistle.slow.called": 2},
    ),
    (
        WhistleAcknowledged(**WHO, in_time=True),
        {"whistle.3-minutes.acknowledged": 1, "whistle.3-minutes.acknowledged_in_time": 1,
         "time_to_acknowledge.3-minutes": 1},
    ),
    (
        WhistleArrived(**WHO, in_time=False),
        {"whistle.3-minutes.arrived": 1, "time_to_arrive.3-minutes": 1, "time_to_arrive": 1},
    ),
    (
        WhistleArrived(**WHO, in_time=None),
        {"whistle.3-minutes.arrived": 1, "time_to_arrive.3-minutes": 1, "time_to_arrive": 1},
    ),
    (
        WhistleSupported(**WHO, in_time=True, support="support/1:staff"),
        {"whistle.3-minutes.supported": 1, "whistle.3-minutes.supported_in_time": 1},
    ),
    (WhistleReported(**WHO, in_time=False, outcome="outcome/1:success"), {"whistle.3-minutes.reported": 1}),
    (
        WhistleExcused(**WHO, reason="reason/1:force-majeure", approver="o-9"),
        {"whistle.3-minutes.excused": 1},
    ),
    (WhistleOverdue(**WHO, step="arrive", due_at=NOW), {"whistle.3-minutes.overdue.arrive": 1}),
    (WhistleUnresponsive(**WHO, due_at=NOW), {"whistle.3-minutes.unresponsive": 1}),
    (
        WhistleCalledOff(
            **EVENT, whistle=1, reason="reason/1:no-longer-needed", blown_at=NOW, unfinished=left("slow", "1-minute")
        ),
        {"whistles_called_off": 1, "whistle.slow.called_off": 1, "whistle.1-minute.called_off": 1},
    ),
    (WhistleEnded(**EVENT, whistle=1, blown_at=NOW, participants=left("slow")), {}),
    (SessionCalled(**SESSION, place="620522", bodies=()), {"sessions.called": 1}),
    (SessionAdjourned(**SESSION, was_at=NOW, reason="reason/1:party-away"), {"sessions.adjourned": 1}),
    (SessionHeld(**SESSION, present=(), missing=(), agreement=True), {"sessions.held": 1, "agreements": 1}),
    (SessionHeld(**SESSION, present=(), missing=(), agreement=False), {"sessions.held": 1}),
    (SessionMissed(**SESSION, by="clock"), {"sessions.missed": 1}),
    (SessionCancelled(**SESSION, reason="reason/1:party-away"), {"sessions.cancelled": 1}),
    (AgreementConfirmed(**SESSION, confirmed=True), {"agreements.confirmed": 1}),
    (AgreementConfirmed(**SESSION, confirmed=False), {"agreements.refused": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("event", "adds"), EVENTS, ids=lambda one: getattr(one, "type", ""))
def test_an_event_adds_what_it_says(event, adds):
    assert figures(event) == adds
    assert not adds or type(event) in LISTENS_TO


def test_a_participant_is_counted_under_the_day_of_the_whistle_however_late_it_comes():
    arrived = WhistleArrived(**WHO | {"occurred_at": later(days=2)}, in_time=False)

    days = {cell.measure: cell.day for cell, _ in increments(arrived, ZONE)}

    assert days["whistle.3-minutes.arrived"] == "2026-09-14"


def test_how_long_it_took_is_counted_from_the_whistle():
    arrived = WhistleArrived(**WHO | {"occurred_at": NOW + timedelta(seconds=170)}, in_time=True)

    measures = {cell.measure for cell, _ in increments(arrived, ZONE)}

    assert {"exact:time_to_arrive.3-minutes:170", "exact:time_to_arrive:170"} <= measures


ENDS = {
    "reported": lambda who: WhistleReported(**who, outcome="outcome/1:success"),
    "excused": lambda who: WhistleExcused(**who, reason="reason/1:force-majeure", approver="o-9"),
    "unresponsive": lambda who: WhistleUnresponsive(**who, due_at=NOW),
}


@given(
    st.lists(
        st.tuples(st.sampled_from(["1-minute", "slow"]), st.sampled_from([*ENDS, "called_off"])), max_size=12
    )
)
@settings(max_examples=60)
def test_everybody_called_is_counted_once_by_how_it_ended(fates):
    everybody = [(f"p{at}", ring, fate) for at, (ring, fate) in enumerate(fates, 1)]
    ended = [
        ENDS[fate](WHO | {"participant": name, "ring": ring})
        for name, ring, fate in everybody
        if fate in ENDS
    ]
    open_still = left(*(ring for _, ring, fate in everybody if fate == "called_off"))
    called_off = WhistleCalledOff(
        **EVENT, whistle=1, reason="reason/1:no-longer-needed", blown_at=NOW, unfinished=open_still
    )

    sums = figures(
        WhistleBlown(**EVENT, whistle=1, participants=called(*(ring for ring, _ in fates))),
        *ended,
        called_off,
    )

    for ring in ("1-minute", "slow"):
        ways = sum(sums.get(f"whistle.{ring}.{end}", 0) for end in (*ENDS, "called_off"))
        assert ways == sums.get(f"whistle.{ring}.called", 0)


def test_the_rates_have_those_called_and_the_sessions_held_as_denominators():
    counts = {
        "village": {"whistle.3-minutes.called": 8, "whistle.3-minutes.arrived_in_time": 6,
                    "whistle.3-minutes.unresponsive": 1, "sessions.held": 4, "agreements": 3, "sessions.missed": 2},
        "town": {"whistle.3-minutes.called": 2, "sessions.held": 1},
    }  # fmt: skip

    shown = {one.id: one for one in rates(counts)}

    arrived, agreed = shown["arrived_in_time.3-minutes@1"], shown["joint_agreement@1"]
    assert (arrived.numerator, arrived.denominator, arrived.value) == (6, 10, "60.00")
    assert arrived.apart["unresponsive"] == 1
    assert (agreed.numerator, agreed.denominator, agreed.value) == (3, 5, "60.00")
    assert shown["arrived_in_time.1-minute@1"].value is None


def test_every_rate_s_measures_are_counted_and_its_times_are_distributions():
    used = {one for rate in RATES for one in (*rate.numerator, *rate.denominator) if "whistle." in one}
    [minutes] = PRODUCTS.named(["time_to_arrive.3-minutes@1"])

    shown = distribution(minutes, {"village": {f"time_to_arrive.3-minutes:{bucket_of(100):04d}": 3}}).sketch

    assert used <= set(COUNTS)
    assert shown.count == 3
    assert abs(shown.p50_seconds - 100) <= 5
