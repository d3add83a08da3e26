"""What a batch of messages finds and leaves: incidents that were read, and lines for those that need not be. Pure."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from messaging.envelope import Message
from messaging.errors import Rejected
from schemas.base import Event, Tier
from schemas.intake import ActionReceived
from schemas.routing import Entry
from services.routing.followed import TOLD, with_line
from services.routing.incident import Incident
from services.routing.leads import Turn
from services.routing.life import Addressed


@dataclass(slots=True)
class Batch:
    """Incidents as they are after the messages before; `changed` are those to be written."""

    incidents: dict[str, Incident]
    there: AbstractSet[str] = frozenset()
    """Incidents that are there and locked, and were not read: of them only lines arrive."""
    changed: dict[str, Incident] = field(default_factory=dict)
    told: dict[str, list[Entry]] = field(default_factory=dict)
    """The lines for those, in order."""

    def told_of(self, incident_id: str, line: Entry) -> list[Turn]:
        """What a line does that is all that arrives: it is noted with the incident, or without. Raises `Rejected`."""
        if (incident := self.incidents.get(incident_id)) is not None:
            return [(with_line(incident, line), [])]
        if incident_id not in self.there:
            raise Rejected("forbidden-transition", "the incident does not exist")
        self.told.setdefault(incident_id, []).append(line)
        return []

    def keep(self, incident: Incident) -> None:
        """An incident is otherwise now."""
        self.incidents[incident.incident_id] = self.changed[incident.incident_id] = incident


def keys(messages: Iterable[Message], tier: Tier) -> tuple[set[str], set[str]]:
    """The incidents whose state it takes to decide, and those of which only lines arrive."""
    deciding, telling = set[str](), set[str]()
    for message in messages:
        if message.stream is None or message.event is None:
            continue
        if type(message.event) in TOLD:
            telling.add(message.stream.key)
        elif not _passed_over(message.event, tier):
            deciding.add(message.stream.key)
    return deciding, telling - deciding


def _passed_over(event: Event, tier: Tier) -> bool:
    """Whether it concerns somebody else: an action that followup decides, or what is said to another tier."""
    match event:
        case ActionReceived():
            return event.decided_by != "routing"
        case _ if isinstance(event, Addressed):
            return event.to_tier != tier
        case _:
            return False
