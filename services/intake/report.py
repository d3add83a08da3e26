"""What may enter: a report checked against the registry, the code lists and the clock. Pure."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel

from policy.load import Area
from policy.model import Policy
from schemas.base import Event, Party, Tier
from schemas.codes import CodeList, UnknownCodes, bare, complete, completed, find
from schemas.inbound import ActionSubmitted, ReportSubmitted
from schemas.intake import ActionReceived, IncidentReported
from schemas.opaque import NUMBER, SAID, telling
from services.intake.triage import Proposal, Told, propose

CLOCK_SKEW = timedelta(minutes=2)
"""How far a sender's clock may run ahead of the database's."""
NAMES = uuid.UUID("5f1c8f53-6a51-5d0e-9a4e-0d6f656e6771")
"""The namespace of incident ids that other systems' reports get."""
ROLE = "party-role"


ENTERED = frozenset({"entered_by", "severity", "target_at", "source_number", "derived_from"})
"""What only somebody who enters a report for others may say of it, and no reporter."""


class NotAccepted(ValueError):
    """The report or action cannot be let in; `fields` pairs each field with its problem, never with its value."""

    def __init__(self, kind: str, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in fields))
        self.kind = kind
        self.fields = tuple(fields)


class NumberKnown(NotAccepted):
    """The source has used its number for another matter, which is named so that the source can look it up.

    Without an id where that matter is not the caller's: that the number is used cannot be hidden, as it is used once.
    """

    def __init__(self, incident_id: str) -> None:
        which = f"already names {incident_id}" if incident_id else "is used already"
        super().__init__("source-number-known", [("source_number", f"this source's number {which}")])
        self.incident_id = incident_id


@dataclass(frozen=True, slots=True)
class Registry:
    """What the door checks against."""

    tier: Tier
    areas: Mapping[str, Area]
    codes: dict[str, CodeList]
    policy: Policy
    """The one in force: its triage proposes severities."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which incident a report begins, which door or system it came through, and what was told of it in words."""

    incident_id: str
    source: str
    text: str | None = None
    """Personal data: triage looks at it, and no event carries it."""


def incident_id_of(source: str, report_id: str) -> str:
    """The incident id of another system's report: the same for ever, so that its actions need not ask for it."""
    # As `uuid.uuid5` makes it, at a third of the price: every submission asks for one or two.
    name = hashlib.sha1(NAMES.bytes + f"{source}\n{report_id}".encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(name[16], 16) & 3]
    return f"{name[:8]}-{name[8:12]}-5{name[13:16]}-{variant}{name[17:20]}-{name[20:32]}"


def is_entered(codes: dict[str, CodeList], report: BaseModel, channel: str) -> bool:
    """Whether something is said that no reporter may say, be it that a body (诉调, 访调, 警调) sends the matter."""
    said = any(getattr(report, one) is not None for one in ENTERED & report.model_fields_set)
    return said or find(codes, "referral-body", bare(channel)) is not None


def check_opaque(submitted: Event | None, source: str) -> None:
    """What other systems say of people and of themselves is references and codes. Raises `NotAccepted`.

    `report_id` may be anything: it only finds the incident.
    """
    places = [] if submitted is None else list(telling(submitted, but=("report_id",)))
    names = [*(".".join(map(str, one)) for one in places), *(["ce_source"] if NUMBER.search(source) else [])]
    if names:
        raise NotAccepted("personal-data", [(one, SAID) for one in names])


def check_area(registry: Registry, area: str) -> None:
    """A grid's village must be known. Raises `NotAccepted`."""
    if area not in registry.areas and area[:12] not in registry.areas:
        raise unknown_area()


def unknown_area() -> NotAccepted:
    """There is no such area, or none for whoever asks."""
    return NotAccepted("unknown-area", [("area", "is not in the registry of areas")])


def check_time(name: str, moment: datetime, now: datetime) -> None:
    """Nothing is reported before it happens. Raises `NotAccepted`."""
    if moment > now + CLOCK_SKEW:
        raise NotAccepted("future", [(name, "is in the future")])


def reported(registry: Registry, origin: Origin, report: ReportSubmitted, now: datetime) -> IncidentReported:
    """The event of an accepted report. Raises `NotAccepted` with every field that is wrong.

    A channel that is called like a body (诉调, 访调, 警调) is that body's, which will be answered.
    A severity that was left out is the one triage proposes; one that was given stays, beside the proposal.
    """
    check_area(registry, report.area)
    check_time("occurred_at", report.occurred_at, now)
    codes, parties = _coded(registry, report)
    proposal = None if report.backfill else triaged(registry.policy, report, origin.text)
    return IncidentReported(
        incident_id=origin.incident_id,
        area=report.area,
        **codes | ({} if proposal is None else _severity(registry, report, codes, proposal)),
        reported_at=report.occurred_at,
        backfill=report.backfill,
        tier=registry.tier,
        source=origin.source,
        occurred_at=report.occurred_at,
        parties=parties or (Party(ref="p1", role="party-role/1:reporter"),),
        target_at=report.target_at,
        people=report.people,
        derived_from=report.derived_from,
        triage=() if proposal is None else proposal.names,
        referred_by=find(registry.codes, "referral-body", bare(codes["channel"])),
        source_number=report.source_number,
        entered_by=report.entered_by,
    )


def triaged(policy: Policy, report: ReportSubmitted, text: str | None) -> Proposal:
    """What the policy's triage makes of a report."""
    return propose(policy, Told(bare(report.category), bare(report.channel), report.people, text))


def _coded(registry: Registry, report: ReportSubmitted) -> tuple[dict[str, str], tuple[Party, ...]]:
    """Its codes in full. Raises `NotAccepted` with every one that is unknown."""
    given = {"category": report.category, "channel": report.channel, "severity": report.severity}
    try:
        codes = complete(registry.codes, given)
        parties = tuple(
            Party(ref=f"p{at}", role=complete(registry.codes, {"parties": role})["parties"])
            for at, role in enumerate(report.parties, start=1)
        )
    except UnknownCodes as error:
        raise NotAccepted("unknown-code", error.fields) from None
    return codes, parties


def _severity(
    registry: Registry, report: ReportSubmitted, codes: Mapping[str, str], proposal: Proposal
) -> dict[str, str]:
    proposed = complete(registry.codes, {"severity": proposal.severity})["severity"]
    decided = codes["severity"] if "severity" in report.model_fields_set else proposed
    return {"severity": decided, "proposed_severity": proposed}


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
        reference=asked.reference,
        based_on=asked.based_on,
    )
