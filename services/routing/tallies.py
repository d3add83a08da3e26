"""What happened to a matter since it came into this tier's hands, as its events tell figures of it. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from schemas.base import Event
from schemas.noted import LatenessEvent
from schemas.routing import IncidentExtended, IncidentOpened, IncidentSuspended
from schemas.whistles import WhistleBlown


@dataclass(frozen=True, slots=True)
class Tally:
    """How often, and whether its events have said that it is one of those overdue here."""

    suspended: int = 0
    extended: int = 0
    whistled: int = 0
    overdue: bool = False


NONE = Tally()


def changes(tally: Tally, event: Event) -> dict[str, Any]:
    """The field an event changes, if it does; counting begins anew where the matter comes into hand again."""
    match event:
        case IncidentOpened():
            return {"tally": NONE}
        case IncidentSuspended():
            return {"tally": replace(tally, suspended=tally.suspended + 1)}
        case IncidentExtended():
            return {"tally": replace(tally, extended=tally.extended + 1)}
        case WhistleBlown():
            return {"tally": replace(tally, whistled=tally.whistled + 1)}
        case LatenessEvent(overdue=change) if change is not None:
            return {"tally": replace(tally, overdue=change > 0)}
        case _:
            return {}
