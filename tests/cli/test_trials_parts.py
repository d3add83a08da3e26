"""Referrals, assignment, supervision and rounds of revisits under a draft, with the same deeds at the same times."""

from datetime import date, timedelta

import pytest

from cli.trials.lived import Living
from cli.trials.recorded import Record
from cli.trials.tally import Tally, told
from schemas.actions import Accept, Assign, Suspend
from schemas.assignment import Decline, Take
from schemas.base import SYSTEM, Actor
from schemas.referrals import AnswerReferral, Recall, Refer, Transfer
from schemas.supervision import PutOnList, StrikeOff
from services.routing.registry import Entry
from tests.builders import NOW, VILLAGE, a_contact, asking, later
from tests.cli.test_trials import SETTLED, a_line, a_record
from tests.cli.trials import ACCEPTED, alarming, found, recorded, resolved_at, tried

BOSS = Actor(role="officer", ref="o-9")
OUT = (later(hours=2), Refer(body="referral-body/1:court", unit="court-1", reason="reason/1:too-hard"))
SENT = (later(hours=2), Transfer(department="d-1", reason="reason/1:too-hard"))


def answer(at, said, **more):
    return at, AnswerReferral(answer=said, **more)


def referrals(**out):
    given = alarming().model_dump(mode="json")["referrals"]
    given["out"] |= out
    return alarming(referrals=given)


COURT = (
    ACCEPTED,
    OUT,
    answer(later(days=3), "opened"),
    answer(later(days=3), "accepted", case_number="c-1"),
    answer(later(days=20), "succeeded", agreement="a-1"),
    resolved_at(later(days=20, hours=5)),
)
DEPARTMENT = (ACCEPTED, SENT, answer(later(days=1), "returned", reason="reason/1:too-hard"))
RECALLED = (ACCEPTED, OUT, (later(days=1), Recall(reason="reason/1:too-hard")))


@pytest.mark.parametrize("deeds", [COURT, DEPARTMENT, RECALLED], ids=["court", "department", "recalled"])
def test_what_was_given_out_of_hand_is_under_its_own_rules_as_it_was_recorded(deeds):
    tally = tried(recorded(*deeds), alarming(version="draft/1"))

    assert (tally.same, tally.parts) == (1, {})


def test_a_body_that_has_less_time_would_have_been_late():
    differences = found(tried(recorded(*COURT), referrals(answer="P2D", result="P10D")))

    assert "a body to answer: earlier" in differences
    assert "a body to tell the result: earlier" in differences
    assert differences["would be overdue"][0].endswith("to answer")


def test_a_department_that_has_longer_would_not_have_been_late():
    given = alarming().model_dump(mode="json")["referrals"]
    given["transfer"] = {"answer": "PT12H", "remind": "P2D"}
    record = recorded(*DEPARTMENT, policy=alarming(referrals=given))

    differences = found(tried(record, alarming(), own=alarming(referrals=given)))

    assert set(differences) == {"a department to answer: later", "would not be overdue"}


def test_a_clock_that_runs_on_while_a_body_has_it_would_have_run_out():
    differences = found(tried(recorded(*COURT), referrals(pause=None)))

    assert "the clock runs on while it is out" in differences
    assert differences["would be overdue"] == ["村(社区) village 办理期限 to handle"]


def test_a_pause_of_the_policy_is_no_deed_of_anybody():
    person = Suspend(reason="reason/1:party-away", approver="o-9")
    record = recorded(ACCEPTED, (later(hours=2), person))

    assert tried(record, alarming(version="draft/1")).same == 1


GRID, MEDIATOR = a_contact("c-1"), a_contact("c-2", "mediator")
TAKER = Actor(role="grid-staff", ref="c-1")
ASKS = alarming(assignment=asking())
TAKEN = recorded((later(minutes=20), Take(), TAKER), policy=ASKS, contacts=(GRID, MEDIATOR))
SILENT = recorded((later(minutes=50), Accept(), Actor(role="mediator", ref="c-2")), policy=ASKS,
    contacts=(GRID, MEDIATOR),
)  # fmt: skip
DECLINED = recorded(
    (later(minutes=5), Decline(reason="reason/1:overloaded"), TAKER),
    (later(minutes=25), Take(), Actor(role="mediator", ref="c-2")),
    policy=ASKS,
    contacts=(GRID, MEDIATOR),
)
NAMED = recorded(
    (later(minutes=5), Assign(assignee="c-2")),
    policy=alarming(assignment=asking(unclaimed="alarm")),
    contacts=(GRID, MEDIATOR),
)
UNCLAIMED = recorded(policy=alarming(assignment=asking("mediator", unclaimed="alarm")), contacts=(MEDIATOR,))
LATER = recorded(
    (later(hours=1), Accept()),
    (later(minutes=70), Take(), TAKER),
    policy=alarming(
        assignment={
            "rules": [{"tier": "village", "role": "grid-staff", "when": "accepted"}],
            "answer": "PT30M",
        }
    ),
    contacts=(GRID,),
)


@pytest.mark.parametrize(
    ("record", "terms"),
    [
        (TAKEN, asking()),
        (SILENT, asking()),
        (DECLINED, asking()),
        (UNCLAIMED, asking("mediator", unclaimed="alarm")),
        (
            LATER,
            {
                "rules": [{"tier": "village", "role": "grid-staff", "when": "accepted"}],
                "answer": "PT30M",
            },
        ),
        (NAMED, asking(unclaimed="alarm")),
    ],
    ids=["taken", "silent", "declined", "unclaimed", "asked when accepted", "named by a person"],
)
def test_who_was_asked_is_under_its_own_rules_as_it_was_recorded(record, terms):
    tally = tried(record, alarming(version="draft/1", assignment=terms), own=alarming(assignment=terms))

    assert (tally.same, tally.parts, tally.other_record) == (1, {}, 0)


HALF, HOUR = later(minutes=30), later(minutes=60)
STARVED = (
    a_line("opened", NOW, actor=SYSTEM),
    a_line("assigned", NOW, detail="c-1 contact-role/1:grid-staff policy", actor=SYSTEM),
    a_line("unanswered", HALF, detail="c-1", actor=SYSTEM),
    a_line("assigned", HALF, detail="c-2 contact-role/1:mediator policy", actor=SYSTEM),
    a_line("unanswered", HOUR, detail="c-2", actor=SYSTEM),
    a_line("unclaimed", HOUR, detail="2", actor=SYSTEM),
    a_line("escalated", HOUR, detail="town reason/1:unclaimed deadline", actor=SYSTEM),
    a_line("opened", HOUR, "town", actor=SYSTEM),
    a_line("accepted", later(hours=2), "town"),
    a_line("resolved", later(hours=20), "town", detail="method/1:mediation outcome/1:success"),
)


def test_what_nobody_took_climbs_again_under_its_own_rules():
    tally = tried(a_record(STARVED), alarming(version="draft/1", assignment=asking()), own=ASKS)

    assert (tally.same, tally.parts) == (1, {})


def test_with_a_longer_time_to_answer_it_would_not_have_climbed():
    differences = found(tried(a_record(STARVED), alarming(assignment=asking(answer="PT3H")), own=ASKS))

    assert "to take or decline: later" in differences
    assert "somebody would take it" in differences
    assert differences["would not be raised by a deadline"] == ["村(社区) village → 镇(街道) town"]


def entry(reference, role):
    fields = {"kind": "person", "role": f"contact-role/1:{role}", "area": VILLAGE}
    return Entry(reference=reference, valid_from=date(2026, 1, 1), **fields)


def test_another_role_would_have_been_asked_first():
    draft = alarming(assignment=asking("mediator", "grid-staff"))

    differences = found(tried(TAKEN, draft, own=ASKS, entries=[entry("c-8", "mediator")]))

    assert differences == {
        "who is asked to take it": [
            "村(社区) village 网格员 Grid staff → 村(社区) village 人民调解员 People's mediator"
        ]
    }


def test_a_role_in_which_nobody_was_found_is_not_asked_by_a_draft_either():
    record = recorded(
        policy=alarming(assignment=asking("mediator", "grid-staff", unclaimed="alarm")), contacts=(GRID,)
    )
    own = alarming(assignment=asking("mediator", "grid-staff", unclaimed="alarm"))
    draft = alarming(assignment=asking("mediator", unclaimed="alarm"))

    differences = found(tried(record, draft, own=own, entries=[entry("c-8", "mediator")]))

    assert differences["who is asked to take it"] == ["村(社区) village 网格员 Grid staff → 无 nobody"]


def test_where_nobody_was_asked_the_registry_says_who_would_have_been():
    record = recorded((later(minutes=20), Accept()), (later(minutes=40), *resolved_at(NOW)[1:]))

    differences = found(tried(record, ASKS, entries=[entry("c-7", "grid-staff")]))

    assert differences["who is asked to take it"] == ["无 nobody → 村(社区) village 网格员 Grid staff"]
    assert "would be overdue" not in differences


def test_what_nobody_acknowledged_in_time_would_have_passed_on_and_climbed():
    record = recorded((later(hours=3), Accept()))
    draft = alarming(assignment=asking())

    differences = found(tried(record, draft, entries=[entry("c-7", "grid-staff"), entry("c-8", "mediator")]))

    assert differences["who is asked to take it"][0].count("村(社区)") == 2
    assert "nobody would take it" in differences
    assert differences["would be raised by a deadline"] == ["村(社区) village → 镇(街道) town"]


def test_an_empty_registry_asks_nobody():
    assert tried(recorded((later(minutes=20), Accept())), ASKS).same == 1


def test_a_shorter_time_to_answer_would_have_passed_to_the_next():
    draft = alarming(assignment=asking(answer="PT15M"))

    differences = found(tried(TAKEN, draft, own=ASKS, entries=[entry("c-8", "mediator")]))

    assert "to take or decline: earlier" in differences
    assert differences["who is asked to take it"][0].endswith("人民调解员 People's mediator")
    assert differences["would be overdue"][0].endswith("to take or decline")


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


def test_a_part_that_is_not_as_recorded_is_left_out_and_counted():
    lost = tuple(one for one in TAKEN.history if one.event != "incident.taken.v1")
    record = Record(TAKEN.incident, lost)

    tally = tried(record, alarming(assignment=asking(answer="PT10M")), own=ASKS)

    assert tally.parts == {"assignment": 1}
    assert "的指派按原规则重演与记录不符" in "".join(told(tally, "draft/1"))


def test_what_cannot_be_derived_is_said_in_one_line():
    lines = told(Tally(same=1), "draft/1")

    assert lines[-1].startswith("无法推演 not derivable: ")
    assert "People are taken to do the same at the same times" in lines[-1]


def test_the_clock_of_a_trial_ends_when_it_is_asked():
    record = recorded(ACCEPTED, OUT, until=later(days=1))

    assert tried(record, referrals(answer="P2D"), until=NOW + timedelta(days=1)).kinds.keys() == {
        ("分流单位答复期限提前", "a body to answer: earlier")
    }
