"""A matter leaves the centre's hands and comes back by rule: what may be said when, and to whom it is given back."""

import pytest

from schemas.actions import Assign, Escalate, Return
from schemas.intake import ActionReceived
from schemas.referrals import ReturnToSource
from services.routing.changes import evolve
from services.routing.life import arrive
from services.routing.referrals import ALLOWED
from services.routing.refusal import SENTENCES
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
)
from tests.services.routing.acting import done, refused
from tests.services.routing.sent_out import COURT, RECALL, REFER, RESOLVE, TRANSFER, WHY, answer, out

# What may be said when


SAID = {one: answer(one) for one in ("opened", "accepted", "returned", "succeeded", "failed")} | {
    "recall": RECALL
}
STAGES = {
    "transfer sent": lambda: out(action=TRANSFER),
    "referral sent": out,
    "referral opened": lambda: out("opened"),
    "referral accepted": lambda: out("opened", "accepted"),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("said", SAID)
def test_at_each_stage_exactly_what_the_table_allows_may_be_said(stage, said):
    incident = STAGES[stage]()

    if said in ALLOWED[stage]:
        after, events = done(incident, SAID[said], later(hours=9))
        assert events
        assert after.owner == incident.owner
    else:
        assert refused(incident, SAID[said], later(hours=9)) in {"opened-already", "answer-out-of-turn"}


@pytest.mark.parametrize("said", SAID)
def test_what_is_not_out_cannot_be_answered_or_recalled(said):
    assert refused(an_accepted_incident(), SAID[said]) == "nothing-is-out"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "action",
    [
        RESOLVE,
        Escalate(reason="reason/1:too-hard"),
        Return(reason="reason/1:wrong-tier"),
        TRANSFER,
        REFER,
        ReturnToSource(reason="reason/1:parties-unwilling"),
    ],
    ids=lambda one: one.action,
)
def test_what_is_out_is_not_taken_from_under_whoever_has_it(stage, action):
    assert refused(STAGES[stage](), action) == "out-of-hand"


def test_an_assignment_may_change_meanwhile():
    after, _ = done(out(), Assign(assignee="o-7"))

    assert (after.assignee, after.away.stage) == ("o-7", "sent")


@pytest.mark.parametrize(
    ("incident", "why"),
    [
        (an_incident(), "not-accepted"),
        (a_resolved_incident(), "already-resolved"),
        (an_incident(status="closed"), "closed"),
        (an_incident(status="returned-to-source"), "returned-to-source"),
        (an_accepted_incident(suspended_at=NOW), "suspended"),
    ],
)
@pytest.mark.parametrize("action", [TRANSFER, REFER])
def test_only_what_is_in_handling_goes_out(incident, why, action):
    assert refused(incident, action) == why


def test_an_answer_may_name_the_referral_it_is_about():
    again, _ = done(done(out(), RECALL)[0], REFER, later(hours=2))

    assert again.away.number == 2
    assert refused(again, answer("accepted", number=1), later(hours=3)) == "another-referral"
    assert done(again, answer("accepted", number=2), later(hours=3))[0].away.stage == "accepted"


def test_every_refusal_has_a_sentence_in_both_languages():
    assert all(all(one) for one in SENTENCES.values())


# Recall and opening race: what is recorded first holds, in every store


def test_recalled_first_it_is_back_and_cannot_be_opened():
    back, [recalled, _] = done(out(), RECALL, later(hours=1))

    assert recalled.type == "referral.recalled.v1"
    assert back.away is None
    assert refused(back, answer("opened"), later(hours=1)) == "nothing-is-out"


def test_opened_first_it_stays_out_and_cannot_be_recalled():
    opened, _ = done(out(), answer("opened"), later(hours=1))

    assert refused(opened, RECALL, later(hours=1)) == "opened-already"
    assert opened.away.stage == "opened"


@pytest.mark.parametrize("first", [RECALL, answer("opened")], ids=["recalled first", "opened first"])
def test_whoever_follows_the_events_ends_where_the_owner_ended(first):
    before = out()
    after, events = done(before, first, later(hours=1))

    followed = before
    for event in events:
        followed = evolve(followed, event, later(hours=1))

    assert followed == after


def test_the_loser_of_the_race_reads_an_event_over_the_inbound_topic_as_well():
    opened, _ = done(out(), answer("opened"), later(hours=1))
    asked = ActionReceived(
        incident_id=INCIDENT, source="/x", occurred_at=later(hours=1), actor=OFFICER, action=RECALL
    )

    after, [no] = arrive(opened, asked, a_centre(), later(hours=1))

    assert (no.type, no.action, no.reason) == ("action.refused.v1", "recall", "opened-already")
    assert after == opened


# Back to where it came from


@pytest.mark.parametrize("incident", [an_incident(offer=COURT), an_accepted_incident(offer=COURT)])
def test_what_a_court_sent_can_be_given_back_to_it_and_ends_here(incident):
    after, [returned, told] = done(incident, ReturnToSource(reason="reason/1:parties-unwilling"))

    assert (returned.body, told.answer) == ("referral-body/1:court", "returned")
    assert (after.status, after.timers, after.step) == ("returned-to-source", (), None)
    assert refused(after, RESOLVE) == "returned-to-source"


def test_what_nobody_sent_cannot_be_given_back():
    assert refused(an_accepted_incident(), ReturnToSource(reason=WHY)) == "no-source"


def test_a_stored_incident_from_before_this_still_loads():
    assert (an_incident().away, an_incident().referrals, an_incident().offer) == (None, 0, None)


def test_a_handover_carries_who_sent_it():
    after, _ = arrive(None, handed_over(offer=COURT, referrals=3), a_centre("town"), NOW)

    assert (after.offer, after.referrals) == (COURT, 3)
