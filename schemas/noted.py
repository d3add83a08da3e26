"""What events say because only the books know it: how often it was done here, and whether one more is overdue.

Figures are counted from each event by itself, so what a share of matters is made of must stand in the event.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.base import IncidentEvent


class LatenessEvent(IncidentEvent):
    """An event that may make a matter overdue at its tier, or end that."""

    overdue: Literal[-1, 1] | None = None
    """One more of those overdue here, or one fewer; null where neither, or where that was not noted yet."""


class RepeatableEvent(IncidentEvent):
    """An event that may happen to a matter more than once while it is in a tier's hands."""

    times: Annotated[int, Field(ge=1)] | None = None
    """How often it has happened since the matter came into this tier's hands; null where that was not noted yet."""
    opened_at: AwareDatetime | None = None
    """When it came into this tier's hands."""
