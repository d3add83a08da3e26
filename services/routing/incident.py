"""An incident in the books of one tier: its state, and how each event changes it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypedDict

from schemas.base import Actor, Event, Party, Tier
from schemas.routing import (
    Entry,
    IncidentAccepted,
    IncidentAssigned,
    IncidentClosed,
    IncidentEscalated,
    IncidentHandedOver,
    IncidentOpened,
    IncidentOverdue,
    IncidentReopened,
    IncidentResolved,
    IncidentReturned,
    Step,
)

Status = Literal["open", "accepted", "resolved", "closed", "handed-over"]


class MatterFields(TypedDict):
    """What every event of an incident repeats."""

    incident_id: str
    area: str
    category: str
    channel: str
    severity: str
    reported_at: datetime
    backfill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The state of an incident as one tier knows it; `owner` is the tier that must act."""

    incident_id: str
    area: str
    category: str
    channel: str
    severity: str
    reported_at: datetime
    backfill: bool
    tier: Tier
    owner: Tier
    status: Status
    parties: tuple[Party, ...]
    target_at: datetime | None
    attempt: int
    policy: str
    path: tuple[Tier, ...]
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    resolved_at: datetime | None = None
    on_time: bool | None = None
    assignee: str | None = None
    handle_by: datetime | None = None
    """The handling deadline as it was promised; it stays when it has passed."""
    due_at: datetime | None = None
    """The next moment the clock acts on, and on which step."""
    due_step: Step | None = None
    history: tuple[Entry, ...] = ()

    @property
    def matter(self) -> MatterFields:
        """The attributes its events repeat."""
        return {
            "incident_id": self.incident_id,
            "area": self.area,
            "category": self.category,
            "channel": self.channel,
            "severity": self.severity,
            "reported_at": self.reported_at,
            "backfill": self.backfill,
        }

    @property
    def owned(self) -> bool:
        """Whether this tier is the one that must act."""
        return self.owner == self.tier


def evolve(before: Incident, event: Event, now: datetime) -> Incident:
    """The incident after one of its events; `now` is when the event was recorded."""
    history = (*before.history, _entry(before.tier, event, now))
    return replace(before, **_changes(event), history=history)


def _changes(event: Event) -> dict[str, Any]:
    """The fields an event changes."""
    match event:
        case IncidentOpened():
            return _opened(event)
        case IncidentAccepted():
            due = _due("handle", event.due_at)
            return {"status": "accepted", "accepted_at": event.occurred_at, "handle_by": event.due_at, **due}
        case IncidentAssigned():
            return {"assignee": event.assignee}
        case IncidentEscalated() | IncidentReturned():
            return {"status": "handed-over", "owner": event.to_tier, **_due(None, None)}
        case IncidentOverdue():
            return _due(None, None)
        case IncidentResolved():
            result = {"resolved_at": event.occurred_at, "on_time": event.on_time}
            return {"status": "resolved", **result, **_due(None, None)}
        case IncidentReopened():
            undone = {"resolved_at": None, "on_time": None, "attempt": event.attempt}
            return {"status": "accepted", "handle_by": event.due_at, **undone, **_due("handle", event.due_at)}
        case IncidentClosed():
            return {"status": "closed"}
        case _:
            return {}


def _opened(event: IncidentOpened) -> dict[str, Any]:
    return {
        "status": "open",
        "opened_at": event.occurred_at,
        "accepted_at": None,
        "resolved_at": None,
        "on_time": None,
        "handle_by": None,
        "attempt": event.attempt,
        **_due("accept", event.due_at),
    }


def _due(step: Step | None, due_at: datetime | None) -> dict[str, Any]:
    """At most one clock runs; imported history has none."""
    return {"due_step": step if due_at else None, "due_at": due_at}


def _entry(tier: Tier, event: Event, now: datetime) -> Entry:
    actor: Actor = getattr(event, "actor")  # noqa: B009 - every event of an incident has one, the base does not say so
    occurred_at: datetime = getattr(event, "occurred_at")  # noqa: B009
    return Entry(
        event=event.type,
        tier=tier,
        occurred_at=occurred_at,
        recorded_at=now,
        actor=actor,
        detail=_detail(event),
    )


def _detail(event: Event) -> str | None:
    """The one thing a reader of the history wants to know besides who and when; codes only."""
    match event:
        case IncidentEscalated() | IncidentReturned():
            return f"{event.to_tier} {event.reason} {event.by}"
        case IncidentAssigned():
            return event.assignee
        case IncidentResolved():
            return f"{event.method} {event.outcome}"
        case IncidentOverdue():
            return event.step
        case IncidentReopened():
            return event.reason
        case IncidentHandedOver():
            return event.to_tier
        case _:
            return None
