"""What a device does not say it believed of a field that it sets: that nothing was there. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from schemas.base import Tier
from schemas.inbound import ActionSubmitted
from schemas.offline import Belief
from schemas.overwriting import Overwritten, overwritten
from services.intake.items import Item

Place = tuple[str | None, str | int | None, str]
"""The incident or the item that reported it, the part of it, the field."""


def believed(items: Sequence[Item], tier: Tier) -> list[Item]:
    """The items, each based on what it sets as well: empty, or as an earlier item of the same batch has left it.

    So somebody else's word is shown and not overwritten, and a device has to say nothing of what it saw empty.
    """
    left: dict[Place, str | None] = {}
    return [_based(one, left, tier) for one in items]


def _based(item: Item, left: dict[Place, str | None], tier: Tier) -> Item:
    asked = item.given
    sets = overwritten(asked.action) if isinstance(asked, ActionSubmitted) else None
    if sets is None or not isinstance(asked, ActionSubmitted):
        return item
    place = (asked.incident_id or asked.report_id, sets.of, sets.field)
    unsaid = Belief(field=sets.field, value=left.get(place, _at_first(sets, tier)))
    if sets.after is not None:
        left[place] = sets.after
    if any(one.field == sets.field for one in asked.based_on):
        return item
    return replace(item, given=asked.model_copy(update={"based_on": (*asked.based_on, unsaid)}))


def _at_first(sets: Overwritten, tier: Tier) -> str | None:
    """Nothing; but somebody always owns a matter, and who sends it up or down at a tier's door thinks it is there."""
    return tier if sets.field == "owner" else None
