"""An action nobody waits for: what is asked, and what its sender hears of it. Pure."""

from collections.abc import Sequence

from schemas.actions import Handling, Unknown
from schemas.base import Event
from schemas.handoff import ActionForwarded
from schemas.replies import Asked, done, refused
from schemas.routing import ActionRefused
from services.routing.handling import Request
from services.routing.leads import Beside
from services.routing.refusal import Refused


def request_of(asked: Asked, beside: Beside) -> Request:
    """What is asked, from whichever tier it came."""
    assert isinstance(asked.action, Handling | Unknown)
    return Request(
        asked.action,
        asked.actor,
        asked.occurred_at,
        beside,
        based_on=asked.based_on,
        source=asked.source,
        reference=asked.reference,
    )


def no(asked: Asked, refusal: Refused) -> ActionRefused:
    """Its refusal, as its sender reads it."""
    return refused(asked, refusal.reason, refusal.conflicts, refusal.about)


def told(asked: Asked, events: Sequence[Event]) -> Sequence[Event]:
    """That it was done, when its sender wants to hear of it and nobody else still has to decide."""
    return [] if any(isinstance(one, ActionForwarded) for one in events) else done(asked)
