"""The reporter's view: words anybody understands, in the order of the facts, wherever the matter is."""

import pytest

from schemas.topics import EVENTS
from services.intake.timeline import STATUS, WORDS, view
from tests.builders import INCIDENT, MATTER, NOW, REPORTED_AT, later

REPORT = MATTER | {"occurred_at": REPORTED_AT, "recorded_at": NOW, "source": "/http"}


def happened(kind, topic="village.routing", **changes):
    return {"topic": topic, "type": kind, "occurred_at": NOW, "recorded_at": NOW} | changes


def of_the_lead(kind, hours):
    return happened(kind, recorded_at=later(hours=hours), since=later(hours=1))


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


def test_the_reporter_of_a_duplicate_is_told_how_far_its_lead_is_and_nothing_of_who_reported_it():
    seen = view(REPORT, [
        happened("incident.opened.v1"), happened("incident.linked.v1", recorded_at=later(hours=1)),
        of_the_lead("incident.joined.v1", 1), of_the_lead("incident.accepted.v1", 2),
        of_the_lead("incident.assigned.v1", 3), of_the_lead("incident.escalated.v1", 4),
    ])  # fmt: skip

    assert [(line.type, line.of_lead) for line in seen.timeline] == [
        ("incident.opened.v1", False), ("incident.linked.v1", False), ("incident.accepted.v1", True),
        ("incident.escalated.v1", True),
    ]  # fmt: skip
    assert seen.timeline[-2].zh == "合并办理的事项：已接单，办理中"
    assert (seen.status, seen.tier, seen.linked) == ("open", "village", True)


@pytest.mark.parametrize("kind", ["incident.unlinked.v1", "incident.reopened.v1"])
def test_what_is_handled_by_itself_again_follows_its_lead_no_longer(kind):
    seen = view(REPORT, [
        happened("incident.opened.v1"), happened("incident.linked.v1", recorded_at=later(hours=1)),
        of_the_lead("incident.accepted.v1", 2), happened(kind, recorded_at=later(hours=3)),
        of_the_lead("incident.resolved.v1", 4),
    ])  # fmt: skip

    assert [line.type for line in seen.timeline if line.of_lead] == ["incident.accepted.v1"]
    assert not seen.linked


def test_resolved_with_its_lead_it_is_resolved_and_says_so():
    seen = view(REPORT, [happened("incident.linked.v1"), happened("incident.resolved.v1")])

    assert (seen.status, seen.linked) == ("resolved", True)
