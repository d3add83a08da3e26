"""衍生: which earlier incident this one derives from. Pure."""

from typing import Any

from schemas.base import Event
from schemas.derivation import IncidentOriginLinked, LinkOrigin
from services.routing.incident import Incident
from services.routing.refusal import Refused


def link(incident: Incident, action: LinkOrigin, by: dict[str, Any]) -> Event:
    """The event of a link; it may be found out whenever, also after the closing. Raises `Refused`."""
    if action.origin == incident.incident_id:
        raise Refused("own-origin")
    if action.origin == incident.derived_from:
        raise Refused("same-origin")
    return IncidentOriginLinked(**incident.matter, **by, origin=action.origin, was=incident.derived_from)
