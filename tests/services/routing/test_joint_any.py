"""Whatever is done to a matter with whistles and sessions, in whatever order, while the clock runs: what holds."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.base import Actor
from schemas.handoff import IncidentHandedOver
from services.routing.incident import Incident
from services.routing.life import act, arrive
from services.routing.refusal import SENTENCES, Refused
from services.routing.whistles import FINAL
from tests.builders import NOW, a_centre, a_policy, an_accepted_incident, handed_over, later
from tests.services.routing.joint import CENTRE, GRID, JUSTICE, POLICE, STEPS, a_request, run_on

STORED = TypeAdapter(Incident)
WHISTLES = st.integers(1, 3)
PARTICIPANTS = st.sampled_from(["p1", "p2", "p3"])
CALLED = st.lists(st.sampled_from([POLICE, GRID, JUSTICE]), max_size=3, unique_by=lambda one: one["ref"])


def a_step(step):
    action, fields = step
    return st.fixed_dictionaries(
        {"action": st.just(action), "whistle": WHISTLES, "participant": PARTICIPANTS}
        | {name: st.just(value) for name, value in fields.items()}
    )


def of_session(action, **fields):
    return st.fixed_dictionaries({"action": st.just(action), "session": st.integers(1, 2), **fields})


REASON = {"reason": st.just("reason/1:no-longer-needed")}
DAYS = st.integers(-1, 20).map(lambda days: later(days=days))
ACTIONS = st.one_of(
    st.fixed_dictionaries({"action": st.just("whistle"), "participants": CALLED}),
    *map(a_step, STEPS),
    *map(a_step, STEPS),
    a_step(("excuse", {"reason": "reason/1:force-majeure", "approver": "o-9"})),
    st.fixed_dictionaries({"action": st.just("call-off"), "whistle": WHISTLES, **REASON}),
    st.fixed_dictionaries(
        {"action": st.just("call-session"), "at": DAYS, "place": st.just("620522101203"),
         "bodies": st.just([{"role": "justice-office"}])}
    ),
    of_session("adjourn-session", at=DAYS, **REASON),
    of_session(
        "hold-session", present=st.sampled_from([["b1"], ["b1", "p1"]]), agreement=st.booleans()
    ),
    of_session("miss-session", **REASON),
    of_session("cancel-session", **REASON),
    of_session("confirm-agreement", confirmed=st.booleans()),
    st.just({"action": "suspend", "reason": "reason/1:party-away", "approver": "o-9"}),
    st.just({"action": "resume"}),
    st.just({"action": "escalate", "reason": "reason/1:too-hard"}),
    st.just({"action": "resolve", "method": "method/1:joint", "outcome": "outcome/1:success"}),
)  # fmt: skip
WAITS = st.sampled_from([0, 1, 20, 61, 200, 3700, 90_000]).map(lambda seconds: timedelta(seconds=seconds))
STRICT = a_centre("village", a_policy(mediation={"agreement_required": True}))
ANYBODY = st.sampled_from(["o-1", "c-33", "unknown"]).map(lambda ref: Actor(role="officer", ref=ref))


def consistent(incident):
    """What may be said of a matter at any moment."""
    for whistle in incident.whistles:
        waited_for = [one for one in whistle.participants if one.standing not in FINAL]
        assert whistle.open == bool(waited_for)
        for one in whistle.participants:
            done = [stage.done_at for stage in one.stages]
            assert done == sorted((at for at in done if at), key=str) + [None] * done.count(None)
            assert (one.standing == "reported") <= (None not in done)
    numbers = [one.number for one in incident.whistles]
    assert numbers == sorted(set(numbers))
    assert max(numbers, default=0) <= incident.whistled
    opened = [one for one in incident.whistles if one.open] + [
        one for one in incident.sessions if one.pending
    ]
    assert not (opened and incident.status in {"resolved", "closed", "handed-over"})
    assert all(one.confirmed is None or one.agreement for one in incident.sessions)
    places = {f"whistle:{one.number}" for one in incident.whistles if one.open}
    places |= {f"session:{one.number}" for one in incident.sessions if one.pending}
    named = {":".join(one.step.split(":")[:2]) for one in incident.timers if ":" in one.step}
    assert named <= places
    assert incident.next_due == min(incident.timers, default=None)
    whole = STORED.validate_json(STORED.dump_json(incident))
    assert whole == incident


@pytest.mark.wide
@given(st.lists(st.tuples(ACTIONS, WAITS, ANYBODY), max_size=25))
@settings(max_examples=150)
def test_it_stays_consistent_and_a_refused_action_changes_nothing(steps):
    incident, now, said = an_accepted_incident(handle_by=later(days=4), due_at=later(days=4)), NOW, []

    for fields, wait, actor in steps:
        now += wait
        incident, fired = run_on(incident, now, STRICT)
        said += fired
        try:
            after, events = act(incident, a_request(happened=now, actor=actor, **fields), STRICT, now)
        except Refused as refusal:
            assert refusal.reason in SENTENCES
        else:
            incident, said = after, [*said, *events]
        consistent(incident)

    late = [(one.type, one.whistle, one.participant, getattr(one, "step", None)) for one in said
            if one.type in {"whistle.overdue.v1", "whistle.unresponsive.v1"}]  # fmt: skip
    ended = [one.whistle for one in said if one.type in {"whistle.ended.v1", "whistle.called-off.v1"}]
    resolved = [one for one in said if one.type == "incident.resolved.v1"]
    assert len(late) == len(set(late))
    assert sorted(ended) == sorted(one.number for one in incident.whistles if not one.open)
    assert not resolved or any(one.agreement for one in incident.sessions)


@pytest.mark.wide
@given(st.lists(CALLED.filter(bool), min_size=1, max_size=3), st.lists(st.integers(1, 20_000), max_size=4))
@settings(max_examples=100)
def test_the_clock_says_the_same_whether_it_looks_often_or_once_after_an_outage(called, looks):
    incident = an_accepted_incident(tier="county", handle_by=later(days=40), due_at=later(days=40))
    for participants in called:
        request = a_request("whistle", participants=participants)
        incident, _ = act(incident, request, CENTRE("county"), NOW)

    often, heard = incident, []
    for seconds in sorted(looks):
        often, fired = run_on(often, NOW + timedelta(seconds=seconds))
        heard += fired
    often, rest = run_on(often, later(days=30))
    once, told = run_on(incident, later(days=30))

    assert [*heard, *rest] == told
    assert replace(often, history=()) == replace(once, history=())
    assert [one.occurred_at for one in told] == sorted(one.occurred_at for one in told)
    assert not any(one.open for one in once.whistles)


def test_books_from_before_there_were_whistles_and_sessions_are_read():
    incident = an_accepted_incident()
    stored = json.loads(STORED.dump_json(incident))
    for name in ("whistles", "whistled", "sessions", "convened"):
        del stored[name]

    assert STORED.validate_json(json.dumps(stored)) == incident


def test_a_handover_from_before_there_were_whistles_and_sessions_is_read():
    given = json.loads(handed_over().model_dump_json())
    for name in ("whistled", "convened"):
        del given[name]

    taken, _ = arrive(None, IncidentHandedOver.model_validate(given), CENTRE("town"), NOW)

    assert (taken.whistled, taken.convened) == (0, 0)
