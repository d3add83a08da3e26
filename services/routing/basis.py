"""What an action was based on: when the incident is otherwise by now, nothing is overwritten. Pure."""

from schemas.base import Action
from schemas.mediation import OfSession
from schemas.offline import Basis, changed
from schemas.overwriting import written
from services.routing.incident import Incident
from services.routing.refusal import Conflict, Refused


def check_basis(incident: Incident, believed: Basis, action: Action | None = None) -> None:
    """Raises `Conflict` with both values of each field that changed, `Refused` for a field nobody can believe in."""
    actual = {
        "status": incident.status,
        "owner": incident.owner,
        "assignee": incident.assignee,
        "severity": incident.severity,
        "leader": incident.leader,
        "origin": incident.derived_from,
    }
    if isinstance(action, OfSession):
        set_for = {one.number: written(one.at) for one in incident.sessions}
        actual["session_at"] = set_for.get(action.session)
    try:
        differences = changed(believed, actual)
    except KeyError:
        raise Refused("unknown-basis") from None
    if differences:
        raise Conflict(differences)
