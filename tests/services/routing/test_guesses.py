"""Whatever is waited for in working days of a year nobody knows is a guess, and counted again when it is known."""

import json
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from schemas.supervision import Listing
from services.routing.changes import evolve
from services.routing.explained import explain
from services.routing.guesses import moved
from services.routing.incident import Incident
from services.routing.life import arrive
from tests.builders import NOW, a_centre, a_policy, handed_over, later, policies
from tests.services.routing import acting, joint
from tests.services.routing.guessed import (
    NEW_YEAR_S_EVE,
    WAITS,
    centre,
    mistaken,
    the_policies,
    timer,
    waiting,
)
from tests.services.routing.listed import OFFICE
from tests.services.routing.sent_out import answer

every_wait = pytest.mark.parametrize("name", WAITS)
BOOKS = TypeAdapter(Incident)


@every_wait
def test_what_is_counted_through_a_year_nobody_knows_is_a_guess_that_says_how_it_was_counted(name):
    incident, timer = waiting(name, NEW_YEAR_S_EVE)
    _, spans, under = WAITS[name]

    begun = timedelta(days=1) if name.startswith("session") else timedelta()
    assert (timer.guess.since, timer.guess.spans) == (NEW_YEAR_S_EVE + begun, spans)
    assert timer.guess.rule == f"default/2 {under}"
    assert incident.may_move


@every_wait
def test_in_a_year_that_is_known_nothing_is_a_guess(name):
    incident, timer = waiting(name)

    assert timer.guess is None
    assert not incident.may_move


@every_wait
def test_counted_again_it_is_as_if_the_year_had_been_known_and_the_history_says_from_when_to_when(name):
    guessed, right = mistaken(name)
    wrong, known = timer(guessed, name), timer(right, name)

    [event] = moved(guessed, the_policies(), later(days=1))
    after = evolve(guessed, event, later(days=1))

    assert (event.wait, event.was_due_at, event.due_at) == (wrong.step, wrong.due_at, known.due_at)
    assert event.was_due_at - event.due_at == timedelta(days=2)
    assert (event.guess, event.rule, event.reason) == (None, wrong.guess.rule, "reason/1:calendar")
    assert after.changed(history=right.history, lines=right.lines) == right
    written = [one.strftime("%Y-%m-%dT%H:%M:%S+0000") for one in (wrong.due_at, known.due_at)]
    assert after.history[-1].detail == " ".join([wrong.step, *written])
    assert list(moved(after, the_policies(), later(days=2))) == []


@every_wait
def test_a_time_that_was_right_by_chance_is_said_to_stay(name):
    guessed, right = mistaken(name, days=0)

    [event] = moved(guessed, the_policies(), later(days=1))

    assert event.was_due_at == event.due_at == timer(right, name).due_at
    assert event.guess is None


@every_wait
def test_nothing_is_said_while_the_year_is_not_known_or_without_the_policy(name):
    unknown, _ = waiting(name, NEW_YEAR_S_EVE)

    assert list(moved(unknown, the_policies(), NEW_YEAR_S_EVE)) == []
    assert list(moved(mistaken(name)[0], {}, NOW)) == []


@every_wait
def test_the_deadlines_say_that_it_may_still_move(name):
    for now, provisional in ((NOW, False), (NEW_YEAR_S_EVE, True)):
        incident, timer = waiting(name, now)
        told = explain(incident, the_policies())
        [one] = [one for one in (*told.waits, told.awaiting) if one and one.step == timer.step]

        assert (one.due_at, one.provisional) == (timer.due_at, provisional)
        assert (one.zh.endswith("可能调整）"), "may move" in one.en) == (provisional, provisional)


@every_wait
def test_what_was_stored_before_guesses_were_known_still_loads(name):
    incident, _ = waiting(name)
    stored = json.loads(BOOKS.dump_json(incident))

    def older(value):
        if isinstance(value, dict):
            return {key: older(part) for key, part in value.items() if key != "guess"}
        return [older(part) for part in value] if isinstance(value, list) else value

    assert older(stored) != stored
    assert BOOKS.validate_python(older(stored)) == incident


@every_wait
def test_a_guess_is_stored_and_read_again(name):
    incident, timer = waiting(name, NEW_YEAR_S_EVE)

    read = BOOKS.validate_json(BOOKS.dump_json(incident))

    assert read == incident
    assert [one.guess for one in read.timers if one.step == timer.step] == [timer.guess]


def test_what_is_waited_for_no_longer_is_not_counted_again():
    guessed, _ = mistaken("referral.answer")

    back, _ = acting.done(guessed, answer("returned"), later(hours=1), centre=centre())

    assert list(moved(back, the_policies(), later(days=1))) == []
    assert not back.may_move


def test_the_next_reminder_is_counted_afresh_and_one_by_hand_leaves_the_guess_alone():
    guessed = mistaken("remind")[0].changed(due_at=None, due_step=None)

    by_hand, [reminded] = joint.done(guessed, "remind", later(hours=1), actor=OFFICE, centre=centre())
    after, _ = joint.run_on(by_hand, timer(guessed, "remind").due_at, centre())

    assert reminded.guess == by_hand.listing.guess == guessed.listing.guess
    assert after.listing.guess is None


def test_a_reminder_that_may_move_may_still_move_at_the_tier_its_matter_is_handed_to():
    listing, right = (one.listing for one in mistaken("remind"))
    given = handed_over(leader="l-7", listing=listing)

    taken, _ = arrive(None, given, a_centre("town"), later(hours=1))
    [event] = moved(taken, policies(), later(days=1))

    assert taken.may_move
    assert event.due_at == right.remind_at
    assert evolve(taken, event, later(days=1)).listing == Listing.model_validate(right)


def test_what_was_known_from_the_whistle_on_stays_the_guess_it_was():
    there = a_centre("village", a_policy(whistle={"since": {"support": "whistle"}}))
    called = joint.whistled(joint.JUSTICE, now=NEW_YEAR_S_EVE, centre=there)
    due = timer(called, "whistle:1:p1:support")

    after, _ = joint.answered(
        called, "acknowledge", NEW_YEAR_S_EVE + timedelta(hours=30), who="p1", centre=there
    )

    assert due.guess.since == NEW_YEAR_S_EVE
    assert timer(after, "whistle:1:p1:support") == due
    assert timer(after, "whistle:1:p1:support").guess == due.guess
