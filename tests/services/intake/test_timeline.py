"""The reporter's view: words anybody understands, in the order of the facts, wherever the matter is."""

from schemas.topics import EVENTS
from services.intake.timeline import STATUS, WORDS, view
from tests.builders import INCIDENT, MATTER, NOW, REPORTED_AT

REPORT = MATTER | {"occurred_at": REPORTED_AT, "recorded_at": NOW, "source": "/http"}


def happened(kind, topic="village.routing"):
    return {"topic": topic, "type": kind, "occurred_at": NOW, "recorded_at": NOW}


def test_a_report_nobody_has_looked_at_is_reported():
    seen = view(REPORT, [])

    assert (seen.incident_id, seen.status, seen.tier, seen.timeline) == (INCIDENT, "reported", "", ())
    assert (seen.reported_at, seen.accepted_at) == (REPORTED_AT, NOW)


def test_the_last_decisive_event_says_where_the_matter_is():
    seen = view(REPORT, [
        happened("incident.opened.v1"), happened("incident.accepted.v1"), happened("incident.escalated.v1"),
        happened("incident.opened.v1", "town.routing"), happened("incident.assigned.v1", "town.routing"),
    ])  # fmt: skip

    assert (seen.status, seen.tier) == ("open", "town")
    assert [line.en for line in seen.timeline][-1] == "Assigned"
    assert len(seen.timeline) == 5


def test_a_revisit_does_not_change_the_status_but_is_shown():
    seen = view(
        REPORT, [happened("incident.resolved.v1"), happened("revisit.visited.v1", "village.followup")]
    )

    assert seen.status == "resolved"
    assert seen.timeline[-1].zh == "已回访一方"


def test_what_has_no_words_for_reporters_is_left_out():
    assert view(REPORT, [happened("action.refused.v1")]).timeline == ()


def test_every_word_and_status_belongs_to_an_event_of_ours():
    assert set(STATUS) <= set(WORDS) <= set(EVENTS)
