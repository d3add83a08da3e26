"""What may enter: a report checked against the registry, the code lists and the clock. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.load import Area
from schemas.base import Party, Tier
from schemas.codes import CodeList, UnknownCodes, complete, completed
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.intake import ActionReceived, IncidentReported

CLOCK_SKEW = timedelta(minutes=2)
"""How far a sender's clock may run ahead of the database's."""
NAMES = uuid.UUID("5f1c8f53-6a51-5d0e-9a4e-0d6f656e6771")
"""The namespace of incident ids that other systems' reports get."""
ROLE = "party-role"


class NotAccepted(ValueError):
    """The report or action cannot be let in; `fields` pairs each field with its problem, never with its value."""

    def __init__(self, kind: str, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in fields))
        self.kind = kind
        self.fields = tuple(fields)


@dataclass(frozen=True, slots=True)
class Registry:
    """What the door checks against."""

    tier: Tier
    areas: Mapping[str, Area]
    codes: dict[str, CodeList]


def incident_id_of(source: str, report_id: str) -> str:
    """The incident id of another system's report: the same for ever, so that its actions need not ask for it."""
    return str(uuid.uuid5(NAMES, f"{source}\n{report_id}"))


def check_area(registry: Registry, area: str) -> None:
    """A grid's village must be known. Raises `NotAccepted`."""
    if area not in registry.areas and area[:12] not in registry.areas:
        raise NotAccepted("unknown-area", [("area", "is not in the registry of areas")])


def check_time(name: str, moment: datetime, now: datetime) -> None:
    """Nothing is reported before it happens. Raises `NotAccepted`."""
    if moment > now + CLOCK_SKEW:
        raise NotAccepted("future", [(name, "is in the future")])


def reported(
    registry: Registry, incident_id: str, source: str, report: ReportSubmitted, now: datetime
) -> IncidentReported:
    """The event of an accepted report. Raises `NotAccepted` with every field that is wrong."""
    check_area(registry, report.area)
    check_time("occurred_at", report.occurred_at, now)
    given = {"category": report.category, "channel": report.channel, "severity": report.severity}
    roles = {f"parties.{at}": role for at, role in enumerate(report.parties)}
    try:
        codes = complete(registry.codes, given)
        parties = tuple(
            Party(ref=f"p{at}", role=complete(registry.codes, {"parties": role})["parties"])
            for at, role in enumerate(roles.values(), start=1)
        )
    except UnknownCodes as error:
        raise NotAccepted("unknown-code", error.fields) from None
    return IncidentReported(
        incident_id=incident_id,
        area=report.area,
        **codes,
        reported_at=report.occurred_at,
        backfill=report.backfill,
        tier=registry.tier,
        source=source,
        occurred_at=report.occurred_at,
        parties=parties or (Party(ref="p1", role="party-role/1:reporter"),),
        target_at=report.target_at,
    )


def received(registry: Registry, source: str, asked: ActionSubmitted, now: datetime) -> ActionReceived:
    """The event of another system's action. Raises `NotAccepted`."""
    check_time("occurred_at", asked.occurred_at, now)
    try:
        action = completed(registry.codes, asked.action, "action.")
    except UnknownCodes as error:
        raise NotAccepted("unknown-code", error.fields) from None
    return ActionReceived(
        incident_id=asked.incident_id or incident_id_of(source, asked.report_id or ""),
        source=source,
        occurred_at=asked.occurred_at,
        actor=asked.actor,
        action=action,
    )
