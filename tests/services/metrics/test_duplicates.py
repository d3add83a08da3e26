"""A duplicate is received, but not open twice, and what is resolved with its lead is counted apart."""

from schemas.duplicates import (
    Candidate,
    DuplicateDismissed,
    DuplicateProposed,
    IncidentLinked,
    IncidentUnlinked,
)
from schemas.routing import IncidentOpened
from tests.builders import later, reported, resolved
from tests.services.metrics.counted import EVENT, figures, reopened

LEAD = "0199f2c1-1b40-7d2a-8f61-5c7e90a4d3b2"
OPENED = IncidentOpened(**EVENT, attempt=1, policy="default/2")
LINKED = IncidentLinked(**EVENT, lead=LEAD, step="accept", due_at=later(hours=4))
UNLINKED = IncidentUnlinked(**EVENT, lead=LEAD, reason="reason/1:another-matter", step="accept")


def test_a_duplicate_is_received_but_not_open_twice():
    assert figures(reported(), OPENED, LINKED) == {"received": 1, "opened": 1, "linked": 1}
    assert figures(reported(), OPENED, LINKED, UNLINKED)["open"] == 1


def test_what_is_resolved_with_its_lead_is_counted_apart_and_revisited_like_any():
    with_lead = resolved(by_lead=LEAD, on_time=None, target_at=None)

    assert figures(OPENED, LINKED, with_lead) == {
        "opened": 1, "linked": 1, "resolved_with_lead": 1, "cohort.resolved": 1, "resolutions": 1,
    }  # fmt: skip


def test_a_relapse_of_a_duplicate_opens_it_and_leaves_what_its_lead_was_counted():
    with_lead = resolved(by_lead=LEAD, on_time=None, target_at=None)
    undone = reopened(by_lead=LEAD, resolved_at=with_lead.occurred_at, on_time=None)

    assert figures(OPENED, LINKED, with_lead, undone) == {
        "opened": 1, "linked": 1, "resolutions": 1, "reopened": 1, "open": 1,
        "relapse.within_30": 1, "relapse.within_90": 1,
    }  # fmt: skip


def test_proposals_and_what_people_thought_of_them_are_counted():
    candidate = Candidate(lead=LEAD, score=4, grounds=("ground/1:text",))
    proposed = DuplicateProposed(**EVENT, candidates=(candidate,))

    assert figures(proposed, DuplicateDismissed(**EVENT, lead=LEAD)) == {"proposed": 1, "dismissed": 1}
