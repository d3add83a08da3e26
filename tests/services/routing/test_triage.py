"""改判: another severity, what follows from it, and what does not."""

import pytest

from schemas.actions import Accept
from schemas.triage import Triage
from services.routing.clocks import reckoned
from services.routing.handling import Request
from services.routing.life import act
from services.routing.refusal import Refused
from tests.builders import NOW, OFFICER, a_centre, an_accepted_incident, an_incident, later, policies
from tests.services.routing.sent_out import TRANSFER, out

PROMINENT = Triage(severity="severity/1:prominent", reason="reason/1:more-facts-needed")
MAJOR = Triage(severity="severity/1:major", reason="reason/1:more-facts-needed")


def triaged(incident, action, centre=None):
    """The incident afterwards, and the types of what was published."""
    after, events = act(
        incident, Request(action, OFFICER, NOW), centre or a_centre(incident.tier), later(minutes=1)
    )
    return after, events


def test_the_severity_changes_and_the_history_says_from_what():
    after, (event,) = triaged(an_incident(), PROMINENT)

    assert (after.severity, event.severity, event.was_severity) == (
        "severity/1:prominent", "severity/1:prominent", "severity/1:ordinary",
    )  # fmt: skip
    assert after.history[-1].detail == ("severity/1:ordinary severity/1:prominent reason/1:more-facts-needed")


def test_a_running_clock_stays_as_it_is_even_when_it_is_counted_again():
    before = an_accepted_incident()

    after, _ = triaged(before, PROMINENT)

    assert (after.due_at, after.handle_by) == (before.due_at, before.handle_by)
    assert reckoned(after, policies()).at == reckoned(before, policies()).at


def test_the_next_clock_has_the_length_of_the_new_severity():
    triaged_first, _ = triaged(an_incident(), PROMINENT)
    accept = Request(Accept(), OFFICER, NOW)

    after, _ = act(triaged_first, accept, a_centre(), NOW)
    as_reported, _ = act(an_incident(), accept, a_centre(), NOW)

    assert after.due_at > as_reported.due_at
    assert (
        after.due_at == act(an_incident(severity="severity/1:prominent"), accept, a_centre(), NOW)[0].due_at
    )


def test_a_matter_that_begins_higher_up_goes_there_at_once():
    after, events = triaged(an_accepted_incident(), MAJOR)

    assert [one.type for one in events] == [
        "incident.triaged.v1", "incident.escalated.v1", "incident.handed-over.v1",
    ]  # fmt: skip
    assert (after.status, after.owner, events[-1].severity) == ("handed-over", "town", "severity/1:major")


def test_a_lighter_matter_stays_where_it_is():
    lighter = Triage(severity="severity/1:ordinary", reason="reason/1:more-facts-needed")

    after, events = triaged(an_incident(tier="county", severity="severity/1:major"), lighter)

    assert ([one.type for one in events], after.status) == (["incident.triaged.v1"], "open")


@pytest.mark.parametrize("away", [out(), out("accepted"), out(action=TRANSFER)])
def test_what_somebody_else_has_is_judged_anew_but_not_taken_away_from_them(away):
    after, [triaged_only] = triaged(away, PROMINENT)

    assert (triaged_only.type, after.severity, after.away) == (
        "incident.triaged.v1", PROMINENT.severity, away.away,
    )  # fmt: skip
    with pytest.raises(Refused, match="out-of-hand"):
        triaged(away, MAJOR)


def test_the_same_severity_again_is_refused():
    with pytest.raises(Refused, match="same-severity"):
        triaged(an_incident(severity="severity/1:major", tier="town"), MAJOR)


def test_what_is_resolved_is_not_judged_anew():
    with pytest.raises(Refused, match="already-resolved"):
        triaged(an_incident(status="resolved"), MAJOR)
