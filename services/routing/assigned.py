"""To whom a matter was given and what they answered: the state, and how each event changes it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from schemas.assignment import (
    IncidentAssigned,
    IncidentDeclined,
    IncidentTaken,
    IncidentUnanswered,
    IncidentUnclaimed,
)
from schemas.base import Event
from schemas.duplicates import IncidentUnlinked
from schemas.referrals import ReferralAccepted
from schemas.routing import (
    IncidentEscalated,
    IncidentOpened,
    IncidentResolved,
    IncidentResumed,
    IncidentReturned,
)

if TYPE_CHECKING:
    from services.routing.incident import Incident


@dataclass(frozen=True, slots=True)
class Assignment:
    """What became of asking somebody at this tier; it begins afresh with every opening."""

    role: str | None = None
    assigned_at: datetime | None = None
    asked: int = 0
    """How many were asked so far."""
    answer_by: datetime | None = None
    """Until when an answer is waited for; None when none is."""
    since: datetime | None = None
    """From when that was counted."""
    taken_at: datetime | None = None
    passed: tuple[str, ...] = ()
    """Who declined or kept silent, and is not asked again."""


NOBODY = Assignment()


def acts_for(reference: str, whom: str) -> bool:
    """Whether one is somebody, or belongs to a body: its people have `<body>/<own reference>`."""
    return reference == whom or reference.startswith(f"{whom}/")


def changes(before: "Incident", event: Event, now: datetime) -> dict[str, Any]:
    """The fields an event changes."""
    was = before.assignment or NOBODY
    match event:
        case IncidentOpened():
            return {"assignee": None, "assignment": None}
        case IncidentAssigned():
            waits = {"answer_by": event.answer_by, "since": event.answer_by and now}
            fresh = Assignment(event.role, event.occurred_at, was.asked + 1, passed=was.passed, **waits)
            return {"assignee": event.assignee, "assignment": fresh}
        case ReferralAccepted(kind="transfer"):  # whoever was asked before is not waited for
            at = event.occurred_at
            given = Assignment(assigned_at=at, asked=was.asked, taken_at=at, passed=was.passed)
            return {"assignee": event.unit, "assignment": given}
        case IncidentTaken():
            return {"assignment": replace(was, taken_at=event.occurred_at, answer_by=None)}
        case IncidentDeclined() | IncidentUnanswered():
            passed = (*was.passed, event.assignee)
            return {"assignee": None, "assignment": replace(was, answer_by=None, passed=passed)}
        case IncidentEscalated() | IncidentReturned() | IncidentResolved() if was.answer_by is not None:
            return {"assignment": replace(was, answer_by=None)}
        case IncidentUnlinked() if before.ties.linked_at is not None and before.suspended_at is None:
            return _ran_on(
                was, before.ties.linked_at, now
            )  # what is suspended as well runs on when it is resumed
        case IncidentResumed():
            return _ran_on(was, event.suspended_at, now)
        case _:
            return {}


def _ran_on(was: Assignment, since: datetime, now: datetime) -> dict[str, Any]:
    """The time to answer, after it stood still since a moment."""
    if was.answer_by is None or was.assigned_at is None:
        return {}
    still = now - max(since, was.assigned_at)
    return {"assignment": replace(was, answer_by=was.answer_by + still)}


def detail(event: Event) -> str | None:
    """The one thing a reader of the history wants to know besides who and when; codes only."""
    match event:
        case IncidentAssigned():
            return event.assignee if event.role is None else f"{event.assignee} {event.role} {event.by}"
        case IncidentTaken() | IncidentUnanswered():
            return event.assignee
        case IncidentDeclined():
            return f"{event.assignee} {event.reason}"
        case IncidentUnclaimed():
            return str(event.asked)
        case _:
            return None
