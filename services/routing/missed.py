"""超期未办: that a deadline was missed and the matter stays: the state, and how each event changes it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.alarms import IncidentOverdue, IncidentStillOverdue
from schemas.guesses import Guess, IncidentWaitMoved


@dataclass(frozen=True, slots=True)
class Missed:
    """The deadline that was missed, how often that was said, and when it is said again."""

    deadline: datetime
    said: int
    said_at: datetime
    """When it was said last."""
    passed: datetime
    """The moment that had passed then: the deadline, or when it was to be said."""
    due_at: datetime
    guess: Guess | None = None
    """How that was counted, while it may still move."""

    def moved(self, event: IncidentWaitMoved) -> "Missed":
        """When it is said again, counted again."""
        return replace(self, due_at=event.due_at, guess=event.guess)

    def rested(self, now: datetime) -> "Missed":
        """After the matter rested: what was to be said meanwhile is said now."""
        return self if self.due_at > now else replace(self, due_at=now, guess=None)


def noted(
    before: Missed | None, event: IncidentOverdue | IncidentStillOverdue, now: datetime
) -> Missed | None:
    """What is kept of it; nothing where it climbs, because a clock runs there."""
    if event.next_at is None:
        return None
    said, passed = 1, event.due_at
    if isinstance(event, IncidentStillOverdue):
        said, passed = event.number, now if before is None else before.due_at
    return Missed(event.due_at, said, now, passed, event.next_at, event.guess)
