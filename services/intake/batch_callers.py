"""What a signed-in caller may send in a batch: every item by the line of the table that it would need at a door."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from doors.gate import NOT_ALLOWED, may, within, yours
from doors.problems import Problem, body_of
from messaging.database import Connection
from schemas.actions import decider
from schemas.base import Tier
from schemas.inbound import ActionSubmitted, ActivitySubmitted, ReportSubmitted
from services.intake import items_store
from services.intake.answers import problem_of
from services.intake.items import Given, Item, device_source, kind_of
from services.intake.report import incident_id_of, unknown_area

UNKNOWN_INCIDENT = Problem(
    404, "unknown-incident", "No such incident was reported at this tier.", zh="本级没有受理过这一事件"
)
"""Of an incident that nobody reported here, and of one of somebody else's area."""


def own_device(device: str) -> str:
    """The name of a device among all: that of an area is nobody's elsewhere, whatever it is called there."""
    mine = within()
    return device if mine is None else f"{mine}/{device}"


def own_device_source(tier: Tier) -> str:
    """How the source of every device begins whose batches the caller may see."""
    return device_source(tier, within() or "")


async def yours_of(tx: Connection, source: str, items: Sequence[Item]) -> list[Item]:
    """The items, those with a problem that the caller may not send, or that are about what is not theirs."""
    if within() is None:
        return list(items)
    fresh = {incident_id_of(source, one.id): one.given.area for one in items if _is_report(one)}  # type: ignore[union-attr]
    asked = {_about(source, one.given) for one in items if isinstance(one.given, ActionSubmitted)}
    areas = fresh | await items_store.areas_of(tx, asked)
    return [_judged(source, one, areas) for one in items]


def _is_report(item: Item) -> bool:
    return isinstance(item.given, ReportSubmitted)


def _about(source: str, asked: ActionSubmitted) -> str:
    return asked.incident_id or incident_id_of(source, asked.report_id or "")


def _judged(source: str, item: Item, areas: Mapping[str, str]) -> Item:
    """With the problem of who may not send it; what has a problem already keeps that."""
    if item.problem is not None or item.given is None or (wrong := _wrong(source, item.given, areas)) is None:
        return item
    return replace(item, problem=body_of(wrong))


def _wrong(source: str, given: Given, areas: Mapping[str, str]) -> Problem | None:
    if not may(_action(given)):
        return NOT_ALLOWED
    if isinstance(given, ActionSubmitted):
        area = areas.get(_about(source, given))
        return None if area is not None and yours(area) else UNKNOWN_INCIDENT
    return None if yours(given.area) else problem_of(unknown_area(), kind_of(given))


def _action(given: Given) -> str:
    """The line of the table for an item."""
    match given:
        case ReportSubmitted():
            return "report.enter"  # for whomever: a device is somebody's who goes out to people
        case ActivitySubmitted():
            return "activity.record"
        case ActionSubmitted(action=asked):
            return f"{'revisit' if decider(asked) == 'followup' else 'incident'}.{asked.action}"
