"""What followup did is a line of the history: which party, how, what came of it, and when it was recorded there."""

import pytest

from messaging.errors import Rejected
from schemas.codes import load
from schemas.followup import RevisitPlanned
from services.routing.batch import Batch, keys
from services.routing.followed import line_of, with_line
from services.routing.life import arrive
from services.routing.words import labels
from tests.builders import (
    APPLICANT,
    INCIDENT,
    NOW,
    OFFICER,
    RESPONDENT,
    a_centre,
    a_completed_revisit,
    a_message,
    a_resolved_incident,
    later,
    reported,
)
from tests.services.routing.visits import (
    ABOUT,
    a_later_visit,
    a_plan_ended,
    a_plan_started,
    a_plan_step,
    a_round_done,
    a_round_overdue,
    a_round_planned,
    a_visit,
    counselling,
    overdue,
)

OTHER = INCIDENT.replace("0", "1")
WHO, WHOM = f"p1 {APPLICANT.role}", f"p2 {RESPONDENT.role}"
RELAPSE = {"outcome": "relapse", "reason": "reason/1:relapse", "unasked": (RESPONDENT.role,)}
DETAILS = [
    (a_visit(), f"{WHO} means/1:home revisit-result/1:satisfied"),
    (overdue(), None),
    (a_completed_revisit(**RELAPSE), f"reopened reason/1:relapse unasked {RESPONDENT.role}"),
    (a_round_planned(), f"round:2 {later(days=30):%Y-%m-%dT%H:%M:%S%z}"),
    (a_later_visit(), f"round:2 {WHO} means/1:telephone revisit-result/1:dissatisfied"),
    (a_round_overdue(), "round:2"),
    (a_round_done(outcome="unheard"), "round:2 unheard"),
    (a_round_done(**RELAPSE), f"round:2 reopened reason/1:relapse unasked {RESPONDENT.role}"),
    (counselling("declined", was="counselling/1:offered"), f"{WHOM} counselling/1:declined"),
    (a_plan_started(), f"plan:1 {WHOM} purpose/1:livelihood {later(days=60):%Y-%m-%dT%H:%M:%S%z}"),
    (a_plan_step(), f"plan:1 {WHOM} aid/1:visit"),
    (a_plan_ended(), f"plan:1 {WHOM} purpose/1:livelihood date"),
    (
        a_plan_ended(by="person", reason="reason/1:purpose-reached"),
        f"plan:1 {WHOM} purpose/1:livelihood reason/1:purpose-reached",
    ),
]


@pytest.mark.parametrize(("event", "detail"), DETAILS, ids=[one.type for one, _ in DETAILS])
def test_a_line_says_which_party_how_and_what_came_of_it(event, detail):
    line = line_of("village", event, later(days=2))

    assert (line.event, line.tier, line.detail) == (event.type, "village", detail)
    assert (line.occurred_at, line.recorded_at, line.actor) == (event.occurred_at, later(days=2), OFFICER)
    assert line.rule == event.rule


@pytest.mark.parametrize("event", [one for one, _ in DETAILS], ids=[one.type for one, _ in DETAILS])
def test_whatever_a_line_says_besides_references_numbers_and_times_is_said_in_words(event):
    said = labels(load())

    unsaid = [one for one in (line_of("village", event, NOW).detail or "").split() if one not in said]

    assert event.type in said
    assert all(one.startswith(("p1", "p2", "plan:", "20")) for one in unsaid)


@pytest.mark.parametrize(
    "event", [a_completed_revisit(), a_completed_revisit(outcome="unheard"), reported(),
              RevisitPlanned(**ABOUT, parties=(APPLICANT,), due_at=None)],
)  # fmt: skip
def test_the_end_of_a_good_revisit_is_said_by_the_closing_and_its_plan_by_the_resolution(event):
    assert line_of("village", event, NOW) is None


@pytest.mark.parametrize("outcome", ["satisfied", "dissatisfied", "unheard"])
def test_the_closing_says_how_the_revisit_ended(outcome):
    after, [closed] = arrive(a_resolved_incident(), a_completed_revisit(outcome=outcome), a_centre(), NOW)

    assert closed.outcome == outcome
    assert (after.history[-1].event, after.history[-1].detail) == ("incident.closed.v1", outcome)


def test_a_line_is_counted_with_those_of_its_tier():
    incident = a_resolved_incident(tier="town", lines=(2, 3, 0))

    after = with_line(incident, line_of("town", a_visit(), NOW))

    assert after.lines == (2, 4, 0)
    assert [one.event for one in after.history] == ["revisit.visited.v1"]


def test_what_is_told_of_an_incident_is_added_to_it_if_it_was_read_and_kept_apart_if_not():
    line = line_of("village", a_visit(), NOW)
    batch = Batch({INCIDENT: a_resolved_incident()}, frozenset({OTHER}))

    [(after, events)] = batch.told_of(INCIDENT, line)
    apart = [batch.told_of(OTHER, line) for _ in range(2)]

    assert (after, events) == (with_line(a_resolved_incident(), line), [])
    assert (apart, batch.told) == ([[], []], {OTHER: [line, line]})


def test_what_is_told_of_an_incident_nobody_knows_is_rejected():
    with pytest.raises(Rejected, match="does not exist"):
        Batch({}).told_of(INCIDENT, line_of("village", counselling(), NOW))


def test_the_state_is_read_only_where_something_is_decided():
    messages = [
        a_message(1, event=a_visit(), topic="village.followup"),
        a_message(1, key=OTHER, event=a_visit(incident_id=OTHER), topic="village.followup"),
        a_message(2, key=OTHER, event=a_completed_revisit(incident_id=OTHER), topic="village.followup"),
    ]

    assert keys(messages, "village") == ({OTHER}, {INCIDENT})
