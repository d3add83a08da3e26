"""What happens to a lead does something to its duplicates, in this tier and in others, and the other way round."""

from dataclasses import replace

from schemas.actions import Accept, Escalate
from schemas.duplicates import Duplicate, LeadResolved
from services.routing.handoff import ADDRESSED
from services.routing.leads import consequences, tied
from services.routing.life import arrive, late
from services.routing.ties import Ties
from tests.builders import (
    INCIDENT,
    NOW,
    OFFICER,
    a_centre,
    a_completed_revisit,
    a_resolved_incident,
    handed_over,
    later,
)
from tests.services.routing.linked import (
    LEAD,
    LINK,
    OTHER,
    RESOLVE,
    RESULT,
    UNLINK,
    does,
    linked,
    refused,
    waiting,
)


def test_with_its_lead_it_is_resolved_and_each_is_revisited():
    after, lead = linked()

    resolved, [event], [(with_it, [said])] = does(lead, RESOLVE, after, now=later(hours=2))

    assert (said.type, said.incident_id, said.by_lead) == ("incident.resolved.v1", INCIDENT, LEAD)
    assert (said.method, said.outcome, said.agreement) == (event.method, event.outcome, event.agreement)
    assert (said.parties, said.attempt, said.on_time) == (after.parties, 1, None)
    assert (with_it.status, with_it.ties.lead, with_it.linked) == ("resolved", LEAD, False)
    assert (resolved.status, resolved.ties.duplicates, event.by_lead) == ("resolved", (), None)


def test_linked_to_a_resolved_lead_it_is_resolved_at_once():
    lead = a_resolved_incident(incident_id=LEAD, ties=Ties(result=RESULT))

    after, [one, two], [(told, [joined])] = does(waiting(), LINK, lead)

    assert (one.type, two.type, two.by_lead) == ("incident.linked.v1", "incident.resolved.v1", LEAD)
    assert (after.status, after.ties.lead) == ("resolved", LEAD)
    assert (joined.duplicate, joined.tier, told.ties.duplicates) == (INCIDENT, None, ())


def test_what_was_resolved_with_its_lead_is_not_unlinked_but_revisited():
    after, lead = linked()
    _, _, [(with_it, _)] = does(lead, RESOLVE, after)

    assert refused(with_it, UNLINK, lead) == "already-resolved"


def test_a_relapse_of_a_duplicate_makes_it_a_matter_of_its_own():
    after, lead = linked()
    _, _, [(with_it, _)] = does(lead, RESOLVE, after, now=later(hours=1))

    reopened, [event] = arrive(with_it, a_completed_revisit(outcome="relapse"), a_centre(), later(days=1))

    assert (event.type, event.by_lead, event.attempt) == ("incident.reopened.v1", LEAD, 2)
    assert (reopened.status, reopened.linked, reopened.ties.lead) == ("accepted", False, None)
    assert reopened.next_due is not None


def test_a_relapse_of_the_lead_leaves_its_duplicates_to_their_own_revisits():
    after, lead = linked()
    resolved, _, _ = does(lead, RESOLVE, after, now=later(hours=1))
    failed = a_completed_revisit(outcome="relapse", incident_id=LEAD)

    reopened, events = arrive(resolved, failed, a_centre(), later(days=1))

    assert consequences(resolved, events, {INCIDENT: after}, a_centre(), later(days=1)) == []
    assert (reopened.status, reopened.ties.duplicates, reopened.ties.result) == ("accepted", (), None)


def test_a_lead_that_climbs_takes_its_duplicates_names_along_and_they_stay():
    after, lead = linked()

    moved, [_, whole], turns = does(lead, Escalate(reason="reason/1:too-hard"), after)

    assert whole.duplicates == (Duplicate(incident_id=INCIDENT, tier="village"),)
    assert (turns, moved.owner, after.owned) == ([], "town", True)
    assert late(after, lead.next_due, a_centre(), later(days=9)) == (after, [])


def test_resolved_in_the_town_it_resolves_the_duplicate_in_the_village():
    after, lead = linked()
    _, [_, whole], _ = does(lead, Escalate(reason="reason/1:too-hard"), after)
    there, _ = arrive(None, whole, a_centre("town"), NOW)
    there, _, _ = does(there, Accept())

    _, _, [(nobody, [told])] = does(there, RESOLVE, now=later(hours=1))
    elsewhere = arrive(None, told, a_centre("county"), NOW)
    here, [said] = arrive(after, told, a_centre(), later(hours=2))
    again, nothing = arrive(here, told, a_centre(), later(hours=2))

    assert (nobody, told.to_tier, told.incident_id, told.lead) == (None, "village", INCIDENT, LEAD)
    assert isinstance(told, ADDRESSED)
    assert elsewhere == (None, [])
    assert (said.by_lead, said.method, here.status) == (LEAD, RESOLVE.method, "resolved")
    assert (again, nothing) == (here, [])


def test_what_was_unlinked_meanwhile_is_not_resolved_from_elsewhere():
    after, lead = linked()
    moved, _, _ = does(lead, Escalate(reason="reason/1:too-hard"), after)
    freed, _, turns = does(after, UNLINK, moved)
    told = LeadResolved(
        to_tier="village", from_tier="town", incident_id=INCIDENT, occurred_at=NOW, actor=OFFICER, lead=LEAD,
        method="method/1:mediation", outcome="outcome/1:success", agreement=True,
    )  # fmt: skip

    assert turns == []
    assert arrive(freed, told, a_centre(), NOW) == (freed, [])


def test_a_lead_that_comes_back_resolves_those_it_finds_still_linked():
    after, lead = linked()
    back, _ = arrive(
        replace(lead, owner="town", status="handed-over"),
        handed_over(incident_id=LEAD, to_tier="village", from_tier="town", path=(), duplicates=lead.ties.duplicates),
        a_centre(),
        NOW,
    )  # fmt: skip
    back, _, _ = does(back, Accept())
    freed, _, _ = does(after, UNLINK)

    assert does(back, RESOLVE, after)[2][0][0].status == "resolved"
    assert does(back, RESOLVE, freed)[2] == []


def test_those_an_incident_is_tied_to_are_found():
    after, lead = linked()
    away = Duplicate(incident_id=OTHER, tier="county")
    leading = replace(lead, ties=replace(lead.ties, duplicates=(*lead.ties.duplicates, away)))

    assert tied({INCIDENT: after}, [INCIDENT]) == {LEAD}
    assert tied({LEAD: leading}, [LEAD]) == {INCIDENT}
    assert tied({LEAD: leading}, []) == frozenset()
    assert tied({INCIDENT: after, LEAD: lead}, [INCIDENT, LEAD]) == frozenset()
