"""联合调解: what a joint mediation has to show before a matter is resolved, and what a court says of its agreement."""

from dataclasses import replace

import pytest

from schemas.base import Actor
from schemas.offline import Belief
from services.routing.life import act, arrive
from services.routing.refusal import Conflict
from tests.builders import a_centre, a_completed_revisit, a_policy, an_accepted_incident, an_incident, later
from tests.services.routing.convened import CONFIRM, FRIDAY, JOINT, STATES, UNDISTURBED, convened, held
from tests.services.routing.joint import a_request, done, refused

COURT = Actor(role="court", ref="c-9")
FAILED = JOINT | {"outcome": "outcome/1:failure", "agreement": False}


def test_an_agreement_has_its_number():
    [session] = held().sessions

    assert (session.agreement, session.reference) == (True, "xyh-113")


@pytest.mark.parametrize("status", ["accepted", "resolved", "closed", "handed-over"])
def test_a_court_confirms_an_agreement_whenever_it_does_and_where_it_was_reached(status):
    resolved, _ = done(held(), "resolve", FRIDAY, **JOINT)
    incident = {
        "accepted": held,
        "resolved": lambda: resolved,
        "closed": lambda: arrive(resolved, a_completed_revisit(), a_centre(), FRIDAY)[0],
        "handed-over": lambda: done(held(), "escalate", FRIDAY, reason="reason/1:too-hard")[0],
    }[status]()

    after, [confirmed] = done(incident, "confirm-agreement", later(days=30), actor=COURT, **CONFIRM)

    assert (incident.status, after.status) == (status, status)
    assert (confirmed.type, confirmed.confirmed, confirmed.reference) == (
        "mediation.confirmed.v1",
        True,
        "sfqr-88",
    )
    assert (after.sessions[0].confirmed, after.sessions[0].ruling) == (True, "sfqr-88")


def test_a_court_may_also_say_no():
    after, _ = done(held(), "confirm-agreement", FRIDAY, session=1, confirmed=False)

    assert (after.sessions[0].confirmed, after.sessions[0].agreement) == (False, True)


def test_a_confirmation_that_was_based_on_something_else_is_a_conflict_like_any_other():
    believed = (Belief(field="status", value="open"),)
    request = replace(a_request("confirm-agreement", later(days=30), COURT, **CONFIRM), based_on=believed)

    with pytest.raises(Conflict):
        act(held(), request, a_centre(), later(days=30))


def test_an_agreement_nobody_here_knows_is_confirmed_where_the_matter_is():
    _, [forwarded] = done(an_incident(status="handed-over", owner="town"), "confirm-agreement", **CONFIRM)

    assert forwarded.type.startswith("action.forwarded.")


def test_nothing_is_resolved_while_a_session_is_still_to_be_held_and_the_refusal_names_it():
    incident = convened(held())

    assert refused(incident, "resolve", FRIDAY, **JOINT) == ("session-open", "session:2")


def strict():
    """A centre whose policy asks a joint mediation for its session."""
    rules = a_policy().mediation.model_dump()
    return a_centre("village", a_policy(mediation=rules | {"agreement_required": True}))


NOTHING = an_accepted_incident(**UNDISTURBED)


@pytest.mark.parametrize(
    ("incident", "fields", "expected"),
    [
        (NOTHING, JOINT, "no-session-held"),
        (NOTHING, FAILED, "no-session-held"),
        (STATES["missed"], JOINT, "no-session-held"),
        (STATES["cancelled"], JOINT, "no-session-held"),
        (STATES["without"], JOINT, "no-agreement"),
        (STATES["without"], FAILED, None),
        (STATES["held"], JOINT, None),
        (STATES["held"], FAILED, None),
        (NOTHING, JOINT | {"method": "method/1:mediation"}, None),
        (an_accepted_incident(backfill=True), JOINT, None),
    ],
)
def test_where_the_policy_asks_for_it_joint_mediation_needs_a_session_and_a_success_an_agreement(
    incident, fields, expected
):
    if expected is None:
        after, _ = done(incident, "resolve", FRIDAY, centre=strict(), **fields)
        assert after.status == "resolved"
    else:
        assert refused(incident, "resolve", FRIDAY, centre=strict(), **fields) == (expected, None)


def test_where_it_does_not_ask_nobody_needs_a_session():
    lenient = a_centre("village", a_policy(mediation={"agreement_required": False}))

    assert done(NOTHING, "resolve", FRIDAY, centre=lenient, **JOINT)[0].status == "resolved"


def test_an_agreement_that_did_not_hold_is_none_for_the_next_attempt():
    resolved, _ = done(held(), "resolve", FRIDAY, **JOINT)
    relapse = a_completed_revisit(outcome="relapse", reason="reason/1:relapse")
    reopened, _ = arrive(resolved, relapse, strict(), later(days=6))

    again = held(convened(reopened, later(days=6), at=later(days=7)), later(days=7), session=2)

    assert refused(reopened, "resolve", later(days=7), centre=strict(), **JOINT) == ("no-session-held", None)
    assert [one.attempt for one in again.sessions] == [1, 2]
    assert done(again, "resolve", later(days=7), centre=strict(), **JOINT)[0].status == "resolved"
