"""What people read is there for every event of an incident, in both languages."""

from typing import get_args

import pytest

from schemas.codes import load
from schemas.duplicates import DuplicateProposed
from schemas.followup import ROUNDS
from schemas.mediation import SessionMissed
from schemas.referrals import Answer, Awaited, ReferralConcluded
from schemas.routing import IncidentClosed, Step
from schemas.supervision import IncidentReminded
from schemas.topics import TOPICS
from schemas.whistles import RESPONSE_STEPS
from services.routing.followed import LINES
from services.routing.incident import Status
from services.routing.words import DETAILS, EVENTS, ROLES, STATES, TIERS, labels
from tests.locality import lists

OURS = sorted(one.type for one in TOPICS["village.routing"].flow.events if not one.type.startswith("action."))
FOLLOWED = sorted(one.type for one in LINES)


@pytest.mark.parametrize("event", [*OURS, *FOLLOWED])
def test_every_event_of_a_history_has_words(event):
    assert event in EVENTS, "add it to services/routing/words.py"


def test_a_proposal_that_routing_notes_in_a_history_has_words():
    assert DuplicateProposed.type in EVENTS


def test_every_state_has_words():
    assert set(STATES) == set(get_args(Status))


SAID = {
    *get_args(IncidentReminded.model_fields["by"].annotation),
    *get_args(SessionMissed.model_fields["by"].annotation),
    *get_args(ReferralConcluded.model_fields["result"].annotation),
    *get_args(Answer),
    *get_args(Awaited),
    *get_args(Step),
    *RESPONSE_STEPS,
    *get_args(get_args(IncidentClosed.model_fields["outcome"].annotation)[0]),
    *(f"round:{one}" for one in ROUNDS),
    "unasked",
    "date",
}


@pytest.mark.parametrize("word", sorted(SAID))
def test_whatever_a_line_says_besides_codes_and_references_has_words(word):
    assert word in DETAILS


@pytest.mark.parametrize("words", [DETAILS, EVENTS, ROLES, STATES, TIERS], ids=lambda one: next(iter(one)))
def test_all_words_are_there_in_both_languages(words):
    assert all(zh and en and any(sign > "一" for sign in zh) for zh, en in words.values())


def test_an_answer_and_a_state_of_the_same_name_are_told_apart():
    every = labels(load())

    assert (every["accepted"], every["status:accepted"]) == ("已受理 accepted", "办理中 in handling")


def test_codes_are_labelled_in_full():
    assert labels(load())["category/1:land"] == "土地山林 Land and forest"


def test_whoever_is_called_or_acts_in_a_role_of_a_list_is_called_as_the_list_says(tmp_path):
    every = labels(load(lists(tmp_path)))

    assert every["herd-head"] == "牧长 Herd head"
    assert every["household-head"].startswith("联户长")
    assert every["officer"] == " ".join(ROLES["officer"])
