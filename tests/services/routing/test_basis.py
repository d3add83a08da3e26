"""Who acted without a network says what it was based on: what changed meanwhile is shown, and nothing overwritten."""

import pytest

from schemas.actions import Accept, Assign
from schemas.intake import ActionReceived
from schemas.mediation import AdjournSession
from schemas.offline import Belief, Difference
from schemas.overwriting import written
from services.routing.basis import check_basis
from services.routing.life import arrive
from services.routing.refusal import Conflict, Refused
from tests.builders import INCIDENT, NOW, OFFICER, a_centre, an_accepted_incident, an_incident, later
from tests.services.routing.convened import FRIDAY, convened

SENDER = {"source": "/fengqiao/village/intake/devices/grid-07", "reference": "i-2"}


def believed(**fields):
    return tuple(Belief(field=name, value=value) for name, value in fields.items())


def asked(action, **fields):
    who = {"incident_id": INCIDENT, "occurred_at": NOW, "actor": OFFICER}
    return ActionReceived(**(who | SENDER | fields), action=action)


@pytest.mark.parametrize(
    "basis",
    [
        {},
        {"status": "open", "owner": "village"},
        {"assignee": None},
        {"severity": "ordinary"},
        {"severity": "severity/1:ordinary"},
        {"leader": None, "origin": None},
    ],
)
def test_what_is_as_it_was_believed_is_no_conflict(basis):
    check_basis(an_incident(), believed(**basis))


def test_every_field_that_changed_is_shown_with_both_values():
    now = an_accepted_incident(assignee="u-3", leader="l-7")
    basis = believed(status="open", owner="village", assignee=None, severity="major", leader=None)

    with pytest.raises(Conflict) as caught:
        check_basis(now, basis)

    assert caught.value.conflicts == (
        Difference(field="status", expected="open", found="accepted"),
        Difference(field="assignee", expected=None, found="u-3"),
        Difference(field="severity", expected="major", found="severity/1:ordinary"),
        Difference(field="leader", expected=None, found="l-7"),
    )


def test_a_field_that_cannot_be_compared_is_refused_and_never_passed_over():
    with pytest.raises(Refused) as caught:
        check_basis(an_incident(), believed(status="open", mood="calm"))

    assert caught.value.reason == "unknown-basis"


def test_another_time_for_a_session_is_compared_with_the_one_it_has():
    before, at = convened(), written(FRIDAY)
    again = AdjournSession(session=1, at=later(days=5), reason="reason/1:party-away")

    check_basis(before, believed(session_at=at), again)
    with pytest.raises(Conflict) as caught:
        check_basis(before, believed(session_at=None), again)

    assert caught.value.conflicts == (Difference(field="session_at", expected=None, found=at),)


def test_the_time_of_a_session_is_nothing_to_go_by_where_no_session_is_meant():
    with pytest.raises(Refused, match="unknown-basis"):
        check_basis(convened(), believed(session_at=None), Accept())


def test_a_conflict_is_an_event_for_its_sender_and_changes_nothing():
    before = an_accepted_incident(assignee="u-3")

    after, [refused] = arrive(
        before, asked(Assign(assignee="u-9"), based_on=believed(assignee=None)), a_centre(), NOW
    )

    assert after is before
    assert (refused.reason, refused.source, refused.reference) == ("changed-meanwhile", *SENDER.values())
    assert refused.conflicts == (Difference(field="assignee", expected=None, found="u-3"),)


def test_who_gave_an_action_a_name_hears_that_it_was_done_and_nobody_else():
    _, told = arrive(an_incident(), asked(Accept()), a_centre(), NOW)
    _, untold = arrive(an_incident(), asked(Accept(), reference=None), a_centre(), NOW)

    assert [one.type for one in told] == ["incident.accepted.v1", "action.done.v1"]
    assert (told[1].action, told[1].source, told[1].reference) == ("accept", *SENDER.values())
    assert [one.type for one in untold] == ["incident.accepted.v1"]


def test_that_it_was_done_is_no_line_of_the_history():
    after, _ = arrive(an_incident(), asked(Accept()), a_centre(), NOW)

    assert [one.event for one in after.history] == ["incident.accepted.v1"]


@pytest.mark.parametrize(
    ("status", "ending"), [("open", "action.done.v1"), ("accepted", "action.refused.v1")]
)
def test_what_an_action_is_based_on_is_compared_where_the_incident_is(status, ending):
    away = an_incident(status="handed-over", owner="town")
    request = asked(Accept(), based_on=believed(status=status))

    kept, [on_its_way] = arrive(away, request, a_centre(), NOW)
    _, events = arrive(an_incident(tier="town"), on_its_way, a_centre("town"), NOW)

    assert kept == away
    assert (events[-1].type, events[-1].reference, events[-1].source) == (ending, "i-2", SENDER["source"])
