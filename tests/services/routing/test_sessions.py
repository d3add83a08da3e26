"""Each action on a session is done or refused by the state the session is in."""

import pytest

from tests.builders import later
from tests.services.routing.convened import ALL, CONFIRM, FRIDAY, REASON, STATES, convened, held
from tests.services.routing.joint import done, refused

ACTIONS = {
    "adjourn-session": {"session": 1, "at": later(days=7)} | REASON,
    "hold-session": {"session": 1, "present": ALL},
    "miss-session": {"session": 1} | REASON,
    "cancel-session": {"session": 1} | REASON,
    "confirm-agreement": CONFIRM,
}
SAID = {
    "adjourn-session": "mediation.adjourned.v1",
    "hold-session": "mediation.held.v1",
    "miss-session": "mediation.missed.v1",
    "cancel-session": "mediation.cancelled.v1",
    "confirm-agreement": "mediation.confirmed.v1",
}
OVER = {
    (state, action): ("session-over", "held" if state in {"without", "confirmed"} else state)
    for state in STATES
    for action in SAID
}
TABLE = (
    OVER
    | {("called", action): said for action, said in SAID.items()}
    | {(state, "confirm-agreement"): ("no-agreement", None) for state in STATES}
    | {
        ("held", "confirm-agreement"): "mediation.confirmed.v1",
        ("confirmed", "confirm-agreement"): ("confirmed-already", None),
    }
)


@pytest.mark.parametrize(("state", "action"), TABLE, ids="-".join)
def test_an_action_in_a_state_is_done_or_refused(state, action):
    expected = TABLE[state, action]

    if isinstance(expected, str):
        _, [said] = done(STATES[state], action, FRIDAY, **ACTIONS[action])
        assert said.type == expected
    else:
        assert refused(STATES[state], action, FRIDAY, **ACTIONS[action]) == expected


@pytest.mark.parametrize(("action", "at"), [("hold-session", -0.05), ("confirm-agreement", 4 * 24 - 1)])
def test_nothing_is_said_of_a_session_before_it_could_be_known(action, at):
    incident = held() if action == "confirm-agreement" else convened()

    found = refused(incident, action, FRIDAY, happened=later(hours=at), **ACTIONS[action])

    assert found == ("before-the-step", None)
