"""What an action was based on: when the incident is otherwise by now, nothing is overwritten. Pure."""

from schemas.offline import Basis, changed
from services.routing.incident import Incident
from services.routing.refusal import Conflict, Refused


def check_basis(incident: Incident, believed: Basis) -> None:
    """Raises `Conflict` with both values of each field that changed, `Refused` for a field nobody can believe in."""
    actual = {
        "status": incident.status,
        "owner": incident.owner,
        "assignee": incident.assignee,
        "severity": incident.severity,
        "leader": incident.leader,
        "origin": incident.derived_from,
    }
    try:
        differences = changed(believed, actual)
    except KeyError:
        raise Refused("unknown-basis") from None
    if differences:
        raise Conflict(differences)
