"""Supervision and rounds of revisits under a draft, with the same deeds at the same times, and what it leaves out."""

from cli.trials.lived import Living
from cli.trials.tally import Tally, told
from schemas.base import Actor
from schemas.supervision import PutOnList, StrikeOff
from tests.builders import later
from tests.cli.test_trials import SETTLED, a_line, a_record
from tests.cli.trials import ACCEPTED, alarming, found, recorded, resolved_at, tried

BOSS = Actor(role="officer", ref="o-9")
LISTED = (
    later(hours=2),
    PutOnList(leader="post/village-secretary", reason="reason/1:major-matter"),
    BOSS,
)


def supervision(**changes):
    return alarming(supervision=alarming().supervision.model_dump(mode="json") | changes)


def test_a_listing_by_hand_is_reminded_of_by_the_rhythm_of_the_draft():
    record = recorded(ACCEPTED, LISTED, resolved_at(later(days=9)))

    differences = found(tried(record, supervision(remind={"ordinary": "P2D"})))

    [how] = differences["reminded of"]
    was, _, now = how.partition(" → ")
    assert (was[:2], now[:2]) == ("1 ", "4 ")


def test_a_draft_that_lists_it_by_rule_leaves_nothing_for_the_hand():
    record = recorded(ACCEPTED, LISTED, resolved_at(later(days=2)))
    rules = [{"reason": "major-matter", "severities": ["ordinary"]}]

    differences = found(tried(record, supervision(rules=rules)))

    assert "listed by rule" in differences
    assert "no longer allowed" not in differences


def test_striking_off_before_the_draft_lets_it_is_named():
    record = recorded(
        ACCEPTED, LISTED, resolved_at(later(days=2)), (later(days=3), StrikeOff(), BOSS),
        policy=supervision(strike_off_after="resolved"),
    )  # fmt: skip

    differences = found(tried(record, supervision(), own=supervision(strike_off_after="resolved")))

    assert differences["no longer allowed"][0].startswith("办结摘牌 Struck off the list: ")


def test_all_rounds_of_a_plan_are_told_with_their_dates():
    rules = alarming().revisit.model_dump(mode="json") | {"plans": {"ordinary": ["P7D", "P30D", "P90D"]}}

    differences = found(tried(a_record(SETTLED), alarming(revisit=rules)))

    assert set(differences) == {"later rounds of revisits"}
    assert differences["later rounds of revisits"][0].startswith("0 → 2 (")


def test_a_revisit_that_took_longer_than_the_draft_allows_would_have_been_overdue():
    rules = alarming().revisit.model_dump(mode="json") | {"due": "P2D"}

    differences = found(tried(a_record(SETTLED), alarming(revisit=rules)))

    assert differences["would be overdue"] == ["回访期限 to revisit"]


def test_a_relapse_found_in_a_later_round_is_lived_through():
    relapsed = a_line("reopened", later(days=30), detail="reason/1:relapse")
    ended = a_line("resolved", later(days=30, hours=2), detail="method/1:mediation outcome/1:success")

    life = Living(a_record((*SETTLED, relapsed, ended)), alarming()).through(later(days=40))

    assert [event for _, event in life.lived][-3:] == [
        "incident.closed.v1", "incident.reopened.v1", "incident.resolved.v1",
    ]  # fmt: skip


def test_what_cannot_be_derived_is_said_in_one_line():
    lines = told(Tally(same=1), "draft/1")

    assert lines[-1].startswith("无法推演 not derivable: ")
    assert "People are taken to do the same at the same times" in lines[-1]
