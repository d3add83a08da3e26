"""What the stream libraries count with: our own models and our own table of what events add, nothing else of ours."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from schemas.topics import TOPICS
from services.metrics.facts import LISTENS_TO, added

TOPICS_READ = ("village.intake", "village.routing", "village.followup")
ZONE = ZoneInfo("Asia/Shanghai")
_MODELS = {
    event.type: event
    for name in TOPICS_READ
    for event in TOPICS[name].flow.events
    if issubclass(event, LISTENS_TO)
}


def changes(
    headers: Iterable[tuple[str, bytes | None]], value: bytes
) -> Iterator[tuple[str, dict[str, int]]]:
    """What one record adds: the name of a cell, and by how much each of its measures grows."""
    kind = next((coded.decode() for name, coded in headers if name == "ce_type" and coded is not None), "")
    if (model := _MODELS.get(kind)) is None:
        return
    for place, counts in added(model.model_validate_json(value), ZONE).items():
        if counts:
            yield "|".join(place), counts


def plus(counts: dict[str, int] | None, by: dict[str, int]) -> dict[str, int]:
    """A cell's counts after a change."""
    after = dict(counts or {})
    for measure, value in by.items():
        after[measure] = after.get(measure, 0) + value
    return after
