"""What the sender of an action that nobody waits for hears of it: that it was done, or why not."""

from collections.abc import Sequence

from schemas.handoff import ActionForwarded
from schemas.intake import ActionReceived
from schemas.offline import ActionDone, Differences
from schemas.routing import ActionRefused

Asked = ActionReceived | ActionForwarded


def refused(
    asked: Asked, reason: str, conflicts: Differences = (), about: str | None = None
) -> ActionRefused:
    """The no, with its reason, what stands in its way, and both values of what changed meanwhile."""
    return ActionRefused(
        incident_id=asked.incident_id,
        occurred_at=asked.occurred_at,
        actor=asked.actor,
        action=asked.action.action,
        reason=reason,
        about=about,
        source=asked.source,
        reference=asked.reference,
        conflicts=conflicts,
    )


def done(asked: Asked) -> Sequence[ActionDone]:
    """That it was done, when its sender gave it a name to hear of it by."""
    if asked.reference is None:
        return []
    told = ActionDone(
        incident_id=asked.incident_id,
        occurred_at=asked.occurred_at,
        actor=asked.actor,
        action=asked.action.action,
        source=asked.source,
        reference=asked.reference,
    )
    return [told]
