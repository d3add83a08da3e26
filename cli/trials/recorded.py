"""What people did to an incident, read out of its history: what the policy made of it is left out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schemas.actions import Accept, Escalate, Extend, Resolve, Resume, Return, Suspend
from schemas.base import Action, Tier
from schemas.routing import Entry
from schemas.triage import Triage
from services.routing.incident import Incident

LIVED = (
    "incident.opened.v1",
    "incident.accepted.v1",
    "incident.triaged.v1",
    "incident.suspended.v1",
    "incident.resumed.v1",
    "incident.extended.v1",
    "incident.overdue.v1",
    "incident.escalated.v1",
    "incident.returned.v1",
    "incident.resolved.v1",
    "incident.reopened.v1",
    "incident.closed.v1",
)
"""What is lived through again. Whistles, sessions, listings by hand and assignments are not."""


@dataclass(frozen=True, slots=True)
class Revisited:
    """A revisit ended: with the answer that reopened, or well."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that did not come from the policy: an action, or the end of a revisit."""

    line: Entry
    what: Action | Revisited


@dataclass(frozen=True, slots=True)
class Record:
    """An incident as it is stored, with its whole history."""

    incident: Incident
    history: tuple[Entry, ...]

    @property
    def first_tier(self) -> Tier:
        """Where it was reported."""
        return self.history[0].tier

    @property
    def began_at(self) -> datetime:
        """When that was recorded."""
        return self.history[0].recorded_at

    @property
    def severity(self) -> str:
        """The severity it was reported with."""
        judged = (one.detail for one in self.history if one.event == "incident.triaged.v1" and one.detail)
        return next((detail.split()[0] for detail in judged), self.incident.severity)

    @property
    def lived(self) -> tuple[tuple[Tier, str], ...]:
        """What happened to it where, as far as it is lived through again."""
        return tuple((one.tier, one.event) for one in self.history if one.event in LIVED)


def deeds(history: tuple[Entry, ...]) -> Iterator[Deed]:
    """What people did, in order."""
    for line in history:
        if (what := _what(line.event, (line.detail or "").split(" ", 2))) is not None:
            yield Deed(line, what)


def _what(event: str, detail: list[str]) -> Action | Revisited | None:
    """The deed behind an event; None where the policy itself, or nothing that is replayed, made it."""
    match event, detail:
        case "incident.accepted.v1", _:
            return Accept()
        case "incident.triaged.v1", [_, severity, reason]:
            return Triage(severity=severity, reason=reason)
        case "incident.suspended.v1", [reason, approver]:
            return Suspend(reason=reason, approver=approver)
        case "incident.resumed.v1", _:
            return Resume()
        case "incident.extended.v1", [reason, approver, span]:
            return Extend(reason=reason, approver=approver, span=span)
        case "incident.escalated.v1", [to_tier, reason, "person"]:
            return Escalate(reason=reason, to_tier=to_tier)
        case "incident.returned.v1", [_, reason, "person"]:
            return Return(reason=reason)
        case "incident.resolved.v1", [method, outcome]:
            return Resolve(method=method, outcome=outcome)
        case "incident.reopened.v1", [reason]:
            return Revisited(reason)
        case "incident.closed.v1", _:
            return Revisited(None)
        case _:
            return None
