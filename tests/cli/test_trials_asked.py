"""What a draft does differently in who is asked: role, time to answer, and what nobody takes."""

from datetime import timedelta

import pytest

from cli.trials.lived import Living
from cli.trials.recorded import Record
from cli.trials.tally import told
from schemas.actions import Accept, Assign
from schemas.assignment import Decline, Take
from schemas.base import SYSTEM, Actor
from tests.builders import NOW, a_contact, asking, later
from tests.cli.test_trials import a_line, a_record
from tests.cli.trials import UNTIL, WHEN_ACCEPTED, alarming, entry, found, recorded, resolved_at, tried

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
    policy=alarming(assignment=WHEN_ACCEPTED),
    contacts=(GRID,),
)
LATER_SILENT = recorded(
    (later(hours=1), Accept()), policy=alarming(assignment=WHEN_ACCEPTED), contacts=(GRID,)
)


@pytest.mark.parametrize(
    ("record", "terms"),
    [
        (TAKEN, asking()),
        (SILENT, asking()),
        (DECLINED, asking()),
        (UNCLAIMED, asking("mediator", unclaimed="alarm")),
        (LATER, WHEN_ACCEPTED),
        (LATER_SILENT, WHEN_ACCEPTED),
        (NAMED, asking(unclaimed="alarm")),
    ],
    ids=["taken", "silent", "declined", "unclaimed", "when accepted", "silent then", "named by a person"],
)
def test_who_was_asked_is_under_its_own_rules_as_it_was_recorded(record, terms):
    own = alarming(assignment=terms)

    tally = tried(record, alarming(version="draft/1", assignment=terms), own=own)

    assert (tally.same, tally.parts, tally.other_record) == (1, {}, 0)
    assert Living(record, own).through(UNTIL).refused == []


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


MINUTES = {number: later(minutes=number) for number in (5, 10)}
DECLINED_BY_ALL = (
    *STARVED[:2],
    a_line("declined", MINUTES[5], detail="c-1 reason/1:overloaded", actor=TAKER),
    a_line("assigned", MINUTES[5], detail="c-2 contact-role/1:mediator policy", actor=SYSTEM),
    a_line(
        "declined", MINUTES[10], detail="c-2 reason/1:overloaded", actor=Actor(role="mediator", ref="c-2")
    ),
    a_line("unclaimed", MINUTES[10], detail="2", actor=SYSTEM),
    a_line("escalated", MINUTES[10], detail="town reason/1:unclaimed policy", actor=SYSTEM),
    a_line("opened", MINUTES[10], "town", actor=SYSTEM),
    *STARVED[-2:],
)


def test_what_everybody_declined_would_not_have_climbed_where_the_draft_lets_it_stay():
    record, draft = a_record(DECLINED_BY_ALL), alarming(assignment=asking(unclaimed="alarm"))

    differences = found(tried(record, draft, own=ASKS))

    assert differences["would not be raised by the rules"] == ["村(社区) village → 镇(街道) town"]
    assert tried(record, alarming(version="draft/1", assignment=asking()), own=ASKS).same == 1


def test_with_a_longer_time_to_answer_it_would_not_have_climbed():
    differences = found(tried(a_record(STARVED), alarming(assignment=asking(answer="PT3H")), own=ASKS))

    assert "to take or decline: later" in differences
    assert "somebody would take it" in differences
    assert differences["would not be raised by the rules"] == ["村(社区) village → 镇(街道) town"]


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
    assert differences["would be raised by the rules"] == ["村(社区) village → 镇(街道) town"]


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (entry("c-7", "grid-staff", valid_until=NOW.date() - timedelta(days=1)),),
        (entry("c-7", "grid-staff", valid_from=NOW.date() + timedelta(days=1)),),
    ],
    ids=["empty", "gone by then", "not there yet"],
)
def test_a_registry_with_nobody_that_day_asks_nobody(entries):
    assert tried(recorded((later(minutes=20), Accept())), ASKS, entries=entries).same == 1


def test_what_nobody_took_nobody_else_is_asked_by_the_same_rules():
    draft, spare = alarming(version="draft/1", assignment=asking()), [entry("c-8", "mediator")]

    assert tried(a_record(STARVED), draft, own=ASKS, entries=spare).same == 1


def test_a_shorter_time_to_answer_would_have_passed_to_the_next():
    draft = alarming(assignment=asking(answer="PT15M"))

    differences = found(tried(TAKEN, draft, own=ASKS, entries=[entry("c-8", "mediator")]))

    assert "to take or decline: earlier" in differences
    assert differences["who is asked to take it"][0].endswith("人民调解员 People's mediator")
    assert differences["would be overdue"][0].endswith("to take or decline")


def test_a_part_that_is_not_as_recorded_is_left_out_and_counted():
    lost = tuple(one for one in TAKEN.history if one.event != "incident.taken.v1")
    record = Record(TAKEN.incident, lost)

    tally = tried(record, alarming(assignment=asking(answer="PT10M")), own=ASKS)

    assert tally.parts == {"assignment": 1}
    assert "的指派按原规则重演与记录不符" in "".join(told(tally, "draft/1"))
