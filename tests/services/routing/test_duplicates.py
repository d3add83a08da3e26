"""What is linked rests with its lead: who may be linked, what that does to both, and what undoes it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.actions import Accept, Assign, Escalate, Extend, Resolve, Return, Suspend
from schemas.duplicates import Candidate, Dismiss, Duplicate, DuplicateProposed, LeadResolved, Link, Unlink
from schemas.intake import ActionReceived
from services.routing.changes import evolve
from services.routing.handling import Request
from services.routing.handoff import ADDRESSED
from services.routing.incident import Move
from services.routing.leads import consequences, tied
from services.routing.life import act, arrive, late
from services.routing.refusal import Refused
from services.routing.ties import Result, Ties
from tests.builders import (
    INCIDENT,
    MATTER,
    NOW,
    OFFICER,
    a_centre,
    a_completed_revisit,
    a_policy,
    a_resolved_incident,
    an_accepted_incident,
    an_incident,
    handed_over,
    later,
)

LEAD = "0199f2c1-1b40-7d2a-8f61-5c7e90a4d3b2"
OTHER = "0199f2c1-1b40-7d2a-8f61-5c7e90a4d3b3"
LINK = Link(lead=LEAD)
UNLINK = Unlink(reason="reason/1:another-matter")
RESOLVE = Resolve(method="method/1:mediation", outcome="outcome/1:success", agreement=True)
RESULT = Result("method/1:mediation", "outcome/1:success", agreement=True)


def a_lead(**changes):
    return an_accepted_incident(**({"incident_id": LEAD} | changes))


def waiting(**changes):
    """An incident that has four hours to be accepted."""
    return an_incident(**({"due_step": "accept", "due_at": later(hours=4), "clock_from": NOW} | changes))


def does(incident, action, *others, now=NOW, centre=None):
    """The incident after an action, what is said of it, and what that does to the others, by id."""
    beside = {one.incident_id: one for one in (incident, *others)}
    request = Request(action, OFFICER, now, beside)
    after, events = act(incident, request, centre or a_centre(incident.tier), now)
    turns = consequences(incident, events, beside, now)
    return after, events, turns


def linked(incident=None, lead=None, now=NOW):
    """A duplicate and its lead, linked."""
    after, _, [(joined, _)] = does(incident or waiting(), LINK, lead or a_lead(), now=now)
    return after, joined


def refused(incident, action, *others, now=NOW):
    with pytest.raises(Refused) as caught:
        does(incident, action, *others, now=now)
    return caught.value.reason


def a_proposal(**changes):
    candidate = Candidate(lead=LEAD, score=5, grounds=("ground/1:text", "ground/1:time"))
    return DuplicateProposed(**(MATTER | {"occurred_at": NOW, "candidates": (candidate,)} | changes))


def test_a_linked_incident_rests_and_its_lead_knows_of_it():
    after, [event], [(lead, [joined])] = does(waiting(), LINK, a_lead())

    assert (event.type, event.lead, event.by, event.due_at) == (
        "incident.linked.v1", LEAD, "person", later(hours=4),
    )  # fmt: skip
    assert (after.linked, after.status, after.timers, after.ties.linked_at) == (True, "open", (), NOW)
    assert (joined.type, joined.incident_id, joined.duplicate) == ("incident.joined.v1", LEAD, INCIDENT)
    assert lead.ties.duplicates == (Duplicate(incident_id=INCIDENT, tier="village"),)
    assert lead.due_at == a_lead().due_at


def test_unlinked_it_has_the_time_that_was_left():
    after, lead = linked(now=later(hours=1))

    freed, [event], [(left, [parted])] = does(after, UNLINK, lead, now=later(days=3))

    assert freed.due_at == event.due_at == later(days=3, hours=3)
    assert (freed.due_step, freed.linked, freed.ties.lead) == ("accept", False, None)
    assert (parted.type, left.ties.duplicates) == ("incident.parted.v1", ())


def test_the_handling_clock_stops_and_runs_on_too():
    after, lead = linked(an_accepted_incident(), now=later(hours=6))

    freed, _, _ = does(after, UNLINK, lead, now=later(days=9))

    assert freed.due_at == freed.handle_by == later(days=9, hours=18)


def test_what_was_suspended_is_suspended_again():
    still = an_accepted_incident(
        due_at=None, due_step=None, suspended_at=NOW, moves=(Move("suspended", NOW, "reason/1:party-away", "o-9"),)
    )  # fmt: skip
    after, lead = linked(still, now=later(hours=1))

    freed, [event], _ = does(after, UNLINK, lead, now=later(days=9))

    assert (freed.suspended_at, freed.moves, freed.due_at, event.due_at) == (NOW, still.moves, None, None)


def test_what_was_overdue_stays_overdue():
    overdue = an_accepted_incident(due_at=None, due_step=None, tier="county")
    after, lead = linked(overdue, a_lead(tier="county"), now=later(days=2))

    freed, [event], _ = does(after, UNLINK, lead, now=later(days=9))

    assert (event.due_at, freed.timers, freed.handle_by) == (None, (), overdue.handle_by)


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Accept(), "linked"),
        (Assign(assignee="o-5"), "linked"),
        (Escalate(reason="reason/1:too-hard"), "linked"),
        (Return(reason="reason/1:wrong-tier"), "linked"),
        (RESOLVE, "linked"),
        (Suspend(reason="reason/1:party-away", approver="o-9"), "linked"),
        (Extend(reason="reason/1:complex", approver="o-9", span="P3D"), "linked"),
        (Dismiss(lead=OTHER), "linked"),
        (Link(lead=OTHER), "already-linked"),
    ],
)
def test_a_linked_incident_does_nothing_by_itself(action, reason):
    after, lead = linked(waiting(path=("town",)))

    assert refused(after, action, lead) == reason


@pytest.mark.parametrize(
    ("incident", "lead", "reason"),
    [
        (waiting(), None, "unknown-lead"),
        (waiting(incident_id=LEAD), None, "same-incident"),
        (waiting(), a_lead(owner="town", status="handed-over"), "lead-elsewhere"),
        (waiting(), a_lead(ties=Ties(lead=OTHER)), "lead-is-linked"),
        (waiting(), a_lead(status="closed"), "lead-closed"),
        (waiting(), a_lead(status="resolved"), "lead-closed"),
        (waiting(due_at=NOW), a_lead(), "time-is-up"),
        (waiting(ties=Ties(duplicates=(Duplicate(incident_id=OTHER, tier="village"),))), a_lead(), "has-duplicates"),
        (waiting(status="closed"), a_lead(), "closed"),
        (waiting(status="resolved"), a_lead(), "already-resolved"),
    ],
)  # fmt: skip
def test_not_everything_can_be_linked_to_everything(incident, lead, reason):
    assert refused(incident, LINK, *([] if lead is None else [lead])) == reason


def test_a_lead_has_as_many_as_the_policy_allows():
    policy = a_policy(duplicates={"at_most": 1})
    lead = a_lead(ties=Ties(duplicates=(Duplicate(incident_id=OTHER, tier="village"),)))

    with pytest.raises(Refused) as caught:
        does(waiting(policy=policy.version), LINK, lead, centre=a_centre("village", policy))

    assert caught.value.reason == "too-many-duplicates"


def test_only_what_is_linked_is_unlinked():
    assert refused(waiting(), UNLINK) == "not-linked"


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

    assert consequences(resolved, events, {INCIDENT: after}, later(days=1)) == []
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


def test_nobody_has_in_hand_what_rests():
    after, lead = linked(waiting(assignee="o-5"))

    assert (after.in_hand_of, does(after, UNLINK, lead)[0].in_hand_of) == (None, "o-5")


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


def test_asked_over_the_bus_the_same_rules_hold():
    asked = ActionReceived(
        incident_id=INCIDENT, source="/partner", occurred_at=NOW, actor=OFFICER, action=LINK, decided_by="routing"
    )  # fmt: skip

    after, [event] = arrive(waiting(), asked, a_centre(), NOW, {LEAD: a_lead()})
    _, [no] = arrive(waiting(), asked, a_centre(), NOW)

    assert (after.linked, event.type) == (True, "incident.linked.v1")
    assert (no.type, no.action, no.reason) == ("action.refused.v1", "link", "unknown-lead")


def test_those_an_incident_is_tied_to_are_found():
    after, lead = linked()
    away = Duplicate(incident_id=OTHER, tier="county")
    leading = replace(lead, ties=replace(lead.ties, duplicates=(*lead.ties.duplicates, away)))

    assert tied({INCIDENT: after}, [INCIDENT]) == {LEAD}
    assert tied({LEAD: leading}, [LEAD]) == {INCIDENT}
    assert tied({LEAD: leading}, []) == frozenset()
    assert tied({INCIDENT: after, LEAD: lead}, [INCIDENT, LEAD]) == frozenset()


def test_nothing_that_has_other_timers_is_put_to_rest():
    called = waiting(due_step="whistle.1.acknowledge")

    assert refused(called, LINK, a_lead()) == "still-called"


def test_an_event_of_another_kind_leaves_the_ties_alone():
    after, _ = linked()
    _, [assigned], _ = does(a_lead(), Assign(assignee="o-5"))

    assert evolve(after, assigned, NOW + timedelta(hours=1)).ties == after.ties
