"""超期: what is said of a deadline that was missed, once when it passes, and again for as long as it is not met."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from schemas.base import Event
from schemas.guesses import Guess
from schemas.noted import LatenessEvent
from schemas.routing import Step


class IncidentOverdue(LatenessEvent):
    """A deadline passed while the incident waited for its step; said once of each deadline."""

    type: ClassVar[str] = "incident.overdue.v1"
    step: Step
    due_at: AwareDatetime
    next_at: AwareDatetime | None = None
    """When it is said again, if the incident stays here and the step is not done by then; null where it climbs."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""


class IncidentStillOverdue(LatenessEvent):
    """再次提醒: the deadline that was missed is still not met. No further deadline was missed.

    It is an event of its own, so that who counts missed deadlines by the other one counts each of them once.
    """

    type: ClassVar[str] = "incident.still-overdue.v1"
    step: Step
    due_at: AwareDatetime
    """The deadline that was missed."""
    number: Annotated[int, Field(ge=2)]
    """How often it has been said by now; the first time was when the deadline passed."""
    next_at: AwareDatetime
    """When it is said again."""
    guess: Guess | None = None
    """How that was counted, while it may still move."""


FROM_ROUTING: tuple[type[Event], ...] = (IncidentOverdue, IncidentStillOverdue)
"""What routing says of it, on `<tier>.routing`."""
