"""An action nobody waits for: what is asked, and what its sender hears of it. Pure."""

from collections.abc import Sequence

from schemas.actions import Handling, Unknown
from schemas.base import Event
from schemas.intake import ActionReceived
from schemas.offline import ActionDone
from schemas.routing import ActionForwarded, ActionRefused
from services.routing.handling import Request
from services.routing.leads import Beside
from services.routing.refusal import Refused

Asked = ActionReceived | ActionForwarded


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


def refused(asked: Asked, refusal: Refused) -> ActionRefused:
    """The no, with its reason, and both values of what changed meanwhile."""
    return ActionRefused(
        incident_id=asked.incident_id,
        occurred_at=asked.occurred_at,
        actor=asked.actor,
        action=asked.action.action,
        reason=refusal.reason,
        about=refusal.about,
        source=asked.source,
        reference=asked.reference,
        conflicts=refusal.conflicts,
    )


def told(asked: Asked, events: Sequence[Event]) -> Sequence[ActionDone]:
    """That it was done, when its sender gave it a name to hear of it by and nobody else still has to decide."""
    if asked.reference is None or any(isinstance(one, ActionForwarded) for one in events):
        return []
    done = ActionDone(
        incident_id=asked.incident_id,
        occurred_at=asked.occurred_at,
        actor=asked.actor,
        action=asked.action.action,
        source=asked.source,
        reference=asked.reference,
    )
    return [done]
