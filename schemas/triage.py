"""研判: what is said of how grave a matter is, and by whom."""

from typing import ClassVar, Literal

from schemas.base import Action, IncidentEvent
from schemas.codes import Code, GivenCode


class Triage(Action):
    """改判: a person of the centre gives the matter another severity, with a reason. A running clock stays as it is."""

    action: Literal["triage"] = "triage"
    severity: GivenCode
    reason: GivenCode


class IncidentTriaged(IncidentEvent):
    """The matter has another severity from now on; the clock that runs keeps the length it began with."""

    type: ClassVar[str] = "incident.triaged.v1"
    was_severity: Code
    reason: Code
