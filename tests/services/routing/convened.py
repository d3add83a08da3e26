"""A matter for which a session of joint mediation was called, or held."""

from tests.builders import NOW, an_accepted_incident, later
from tests.services.routing.joint import done

BODIES = [{"role": "village-committee", "ref": "c-1001"}, {"role": "justice-office"}]
FRIDAY = later(days=4)
CALL = {"at": FRIDAY, "place": "620522101203", "bodies": BODIES}
REASON = {"reason": "reason/1:party-away"}
CONFIRM = {"session": 1, "confirmed": True, "reference": "sfqr-88"}
JOINT = {"method": "method/1:joint", "outcome": "outcome/1:success", "agreement": True}
ALL = ["b1", "b2", "p1", "p2"]
UNDISTURBED = {"handle_by": later(days=60), "due_at": later(days=60)}
"""A matter that is not late before its sessions are held."""


def convened(incident=None, now=NOW, **changes):
    """A matter in handling for which a session was called."""
    before = an_accepted_incident(**UNDISTURBED) if incident is None else incident
    after, _ = done(before, "call-session", now, **CALL | changes)
    return after


def held(incident=None, now=FRIDAY, **changes):
    """The same after the session was held, with an agreement unless something else is said."""
    fields = {"session": 1, "present": ALL, "agreement": True, "reference": "xyh-113"} | changes
    after, _ = done(convened() if incident is None else incident, "hold-session", now, **fields)
    return after


STATES = {
    "called": convened(),
    "held": held(),
    "without": held(agreement=False, reference=None),
    "confirmed": done(held(), "confirm-agreement", FRIDAY, **CONFIRM)[0],
    "missed": done(convened(), "miss-session", FRIDAY, session=1, **REASON)[0],
    "cancelled": done(convened(), "cancel-session", session=1, **REASON)[0],
}
