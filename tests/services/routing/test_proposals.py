"""A proposal waits for a person, or links by rule, and is gone when it was dismissed."""

import pytest

from schemas.duplicates import Dismiss
from services.routing.life import arrive
from services.routing.ties import Ties
from tests.builders import NOW, a_centre, a_policy, an_incident
from tests.services.routing.linked import (
    LEAD,
    OTHER,
    UNLINK,
    a_lead,
    a_proposal,
    does,
    linked,
    refused,
    waiting,
)


def test_a_proposal_is_noted_and_waits_for_a_person():
    after, events = arrive(waiting(), a_proposal(), a_centre(), NOW, {LEAD: a_lead()})

    assert (events, after.proposed, after.linked) == ([], True, False)
    assert after.history[-1].event == "duplicate.proposed.v1"
    assert after.history[-1].detail == f"{LEAD}:5"


def test_a_rule_links_from_its_score_on_and_says_so():
    policy = a_policy(duplicates={"link": 5})
    centre = a_centre("village", policy)

    after, [event] = arrive(waiting(policy=policy.version), a_proposal(), centre, NOW, {LEAD: a_lead()})

    assert (after.linked, event.by, event.score, event.rule) == (
        True, "policy", 5, f"{policy.version} duplicates.link",
    )  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{"status": "resolved"}, {"status": "closed"}, {"ties": Ties(lead=OTHER)}]
)
def test_a_rule_links_nothing_that_is_over_or_linked_already(changes):
    policy = a_policy(duplicates={"link": 5})
    incident = an_incident(policy=policy.version, **changes)

    _, events = arrive(incident, a_proposal(), a_centre("village", policy), NOW, {LEAD: a_lead()})

    assert events == []


@pytest.mark.parametrize("beside", [{}, {LEAD: a_lead(status="closed")}])
def test_what_a_rule_cannot_link_stays_a_proposal(beside):
    policy = a_policy(duplicates={"link": 5})

    after, events = arrive(
        waiting(policy=policy.version), a_proposal(), a_centre("village", policy), NOW, beside
    )

    assert (events, after.proposed) == ([], True)


def test_a_proposal_follows_an_incident_that_was_handed_over():
    gone = waiting(owner="town", status="handed-over")

    _, [sent] = arrive(gone, a_proposal(), a_centre(), NOW)
    there, events = arrive(an_incident(tier="town"), sent, a_centre("town"), NOW)

    assert (sent.type, sent.to_tier) == ("duplicate.forwarded.v1", "town")
    assert (there.proposed, events) == (True, [])


def test_a_dismissed_proposal_is_gone_and_one_that_was_undone_too():
    proposed, _ = arrive(waiting(), a_proposal(), a_centre(), NOW)
    after, [event], _ = does(proposed, Dismiss(lead=LEAD))
    tried, lead = linked(proposed)
    freed, _, _ = does(tried, UNLINK, lead)

    assert (event.type, event.lead, after.proposed) == ("duplicate.dismissed.v1", LEAD, False)
    assert refused(after, Dismiss(lead=LEAD)) == "not-proposed"
    assert (tried.proposed, freed.proposed) == (False, False)
